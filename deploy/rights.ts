/**
 * The rights of the bank's services at the bus: who may send and receive what. Services of other names may join, but neither
 * send what is the bank's nor see passwords. The tokens are made when there is no rights file
 * yet, and kept in the data folder, which nobody else may read.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makePrivateFile } from '../common/private-file.js';
import type { RightsFile } from '../common/rights-file.js';

/** Event types by service. What moves money is sent by accounts alone, but for the refunds of loyalty; passwords stay with users. */
const EVENT_TYPES: Readonly<Record<string, { readonly send: string[]; readonly receive: string[] }>> = {
  users: {
    send: ['UserCreated', 'UserCredentialSet', 'SessionEnded', 'AccountCreationRequest'],
    receive: ['UserCreated', 'UserCredentialSet', 'SessionEnded', 'AccountCreationRequest', 'AccountCreated'],
  },
  accounts: {
    send: [
      'AccountCreated',
      'AcceptedTransaction',
      'RejectedTransaction',
      'ConfirmedCredit',
      'ConfirmedDebit',
    ],
    receive: [
      'AccountCreationRequest',
      'AccountCreated',
      'PendingTransaction',
      'ConfirmedCredit',
      'ConfirmedDebit',
    ],
  },
  transactions: {
    send: ['PendingTransaction'],
    receive: ['PendingTransaction', 'AcceptedTransaction', 'RejectedTransaction'],
  },
  loyalty: {
    send: ['PointsEarned', 'PointsSpent', 'ConfirmedCredit'],
    receive: ['AcceptedTransaction', 'PointsEarned', 'PointsSpent'],
  },
};

const MASKED = ['UserCredentialSet'];
const TOKEN_BYTES = 24;

export interface Tokens {
  /** of a client type; undefined if the file names none */
  of(clientType: string): string | undefined;
  /** for the bus's HTTP side */
  readonly operator: string | undefined;
}

export function rightsPath(data: string): string {
  return join(data, 'rights.json');
}

/**
 * The tokens of the rights file in a data folder; the file is made if there is none. What an operator has changed in it stays.
 * @throws Error if the file is no rights file
 */
export async function provideRights(data: string): Promise<Tokens> {
  const path = rightsPath(data);
  await mkdir(dirname(path), { recursive: true });
  await makePrivateFile(path, draftOf(path), JSON.stringify(freshRights(), null, 2));
  return readTokens(data);
}

/** @throws Error if there is no rights file, or it cannot be read */
export async function readTokens(data: string): Promise<Tokens> {
  const rights = JSON.parse(await readFile(rightsPath(data), 'utf8')) as RightsFile;
  return {
    of: (clientType) => rights.client_types[clientType]?.token,
    operator: rights.operator_token,
  };
}

function freshRights(): RightsFile {
  return {
    client_types: Object.fromEntries(
      Object.entries(EVENT_TYPES).map(([clientType, types]) => [clientType, { token: token(), ...types }]),
    ),
    others: true,
    operator_token: token(),
    masked: MASKED,
  };
}

/** Where this process writes what is to stand at `path`. */
export function draftOf(path: string): string {
  return `${path}.${randomUUID()}`;
}

function token(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}
