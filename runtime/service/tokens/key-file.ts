import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makePrivateFile } from '../../../common/private-file.js';

/**
 * The private key that signs tokens: Ed25519, PKCS #8 in PEM, in a folder of its own that only this user may enter. It is
 * made at first need. Several processes may start at once: each makes a key, the first one's counts, and all read what stands there.
 */
export const KEY_FILE = 'token-signing.pem';

/** @param unique makes the name of the file in which this process writes */
export async function readOrMakeKey(folder: string, unique: string): Promise<KeyObject> {
  const path = join(folder, KEY_FILE);
  const found = await readKey(path);
  if (found) return found;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await makeKey(path, join(folder, `.${unique}.pem`));
  const made = await readKey(path);
  if (!made) throw new Error(`the key ${path} is gone again`);
  return made;
}

async function readKey(path: string): Promise<KeyObject | undefined> {
  try {
    const key = createPrivateKey(await readFile(path));
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${path} does not hold an Ed25519 key`);
    return key;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function makeKey(path: string, draft: string): Promise<void> {
  const { privateKey } = await promisify(generateKeyPair)('ed25519');
  await makePrivateFile(path, draft, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
