import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { ERRORS, type ErrorCode, type ErrorEntry } from '../../common/errors.js';
import type { StoredEvent } from '../../common/events.js';
import type { Logger } from '../../common/log.js';
import { decodeClientMessage, encodeBusMessage } from '../../common/protocol/codec.js';
import type {
  BusMessage,
  ClientMessage,
  ErrorMessage,
  ObserveMessage,
  QueryMessage,
  RegisterMessage,
} from '../../common/protocol/messages.js';
import type { Effect, Input } from '../core/types.js';
import { ackInput, grantedFeatures, nackInput, newInput, registerInput } from './inputs.js';
import type { QueryContext } from './queries.js';
import { Readings } from './readings.js';
import { type Grant, type Rights, RightsRefusal, readingOnly, receivable } from './rights.js';
import type { ServerSettings } from './settings.js';
import { errorMessage, progressMessage, type Registered, registrationMessage } from './wire.js';
import { deliveriesFrame, deliveryFrame, type Form, receiptFrame } from './wire-text.js';
import { Writer } from './writer.js';

/** What every session of a bus shares. */
export interface SessionContext extends QueryContext {
  readonly settings: ServerSettings;
  readonly log: Logger;
  readonly rights: Rights;
  readonly submit: (input: Input) => void;
  /** UUID text */
  readonly newCorrelation: () => string;
  /** this session has something to write */
  readonly due: (session: Session) => void;
  readonly ended: (session: Session) => void;
}

export type SessionEffect = Extract<Effect, { sessionId: number }>;

/** Pings that may be unanswered; one more and the client counts as gone. */
const MISSED_BEATS_MAX = 2;

/** Wrong messages of one session that get a line in the log each; a client gone mad shall not fill the disk. */
const LOGGED_REFUSALS_MAX = 20;

/**
 * One WebSocket is one session. It translates: frames into inputs of the core, effects of the core into frames. It knows what
 * the client understands (its features) and nothing of the bus's rules.
 *
 * A frame that cannot be understood changes nothing and ends nothing; only a frame above `messageBytesMax` ends its connection
 * (1009), since what follows it cannot be told apart from it.
 */
export class Session {
  readonly id: number;
  readonly #socket: WebSocket;
  readonly #context: SessionContext;
  readonly #writer: Writer;
  readonly #readings: Readings;
  #features: ReadonlySet<string> = new Set();
  #clientType: string | undefined;
  #grant: Grant;
  /** the core knows it as an instance of its client type, or will */
  #instance = false;
  #missedBeats = 0;
  #refusals = 0;
  #silent = true;
  #throttled = false;
  #ended = false;

  constructor(id: number, socket: WebSocket, connection: Duplex, context: SessionContext) {
    this.id = id;
    this.#socket = socket;
    this.#context = context;
    this.#grant = context.rights.stranger;
    this.#writer = new Writer({
      socket,
      connection,
      settings: context.settings,
      framesOf: (deliveries) => {
        const { logId } = context;
        if (this.#features.has('batch')) return [deliveriesFrame(deliveries, this.#form, logId)];
        return deliveries.map((delivery) => deliveryFrame(delivery, this.#form, logId));
      },
      due: () => context.due(this),
      full: () => this.#pauseOrResume(),
      streamFailed: (error) => {
        context.log.warn({ session: id, reason: String(error) }, 'an answer broke off: connection cut');
        socket.terminate();
      },
    });
    this.#readings = new Readings({
      context,
      queriesWaitingMax: context.settings.queriesWaitingMax,
      writer: this.#writer,
      asker: () => ({
        clientType: this.#clientType,
        paging: this.#features.has('paging'),
        form: this.#brief ? 'brief' : 'full',
      }),
      refuse: (error) => this.#refuse(error),
    });
    socket.on('message', (data) => this.#hear(data as Buffer));
    socket.on('pong', () => {
      this.#missedBeats = 0;
    });
    socket.on('error', (error) => context.log.debug({ session: id, reason: error.message }, 'socket error'));
    socket.on('close', () => this.#end());
  }

  /** True until the client has said something that could be understood. */
  get silent(): boolean {
    return this.#silent;
  }

  get #brief(): boolean {
    return this.#features.has('brief');
  }

  get #form(): Form {
    if (this.#features.size === 0) return 'base';
    return this.#brief ? 'brief' : 'full';
  }

  /** Sends what the core says to this session. */
  perform(effect: SessionEffect): void {
    switch (effect.kind) {
      case 'registration':
        this.#registered(effect);
        this.#readings.hold(false);
        return;
      case 'deliver':
        this.#writer.deliver(effect.deliveries);
        return;
      case 'receipt':
        // a sender of batch ids knows the additions, whether it has registered or not
        this.#writer.frame(receiptFrame(effect, this.#form === 'base' && effect.batchId === undefined));
        return;
      case 'progress':
        this.#send(progressMessage(effect));
        return;
      case 'drained':
      case 'recalled':
        this.#send({ message_type: effect.kind });
        return;
      case 'error':
        if (effect.about.messageType === 'register') this.#readings.hold(false);
        this.#refuse(errorMessage(effect));
    }
  }

  /** Events have become durable. */
  committed(events: readonly StoredEvent[]): void {
    this.#readings.committed(events);
  }

  flush(): void {
    this.#writer.flush();
  }

  /** True: the bus has more to store than it may hold, this client is not read for now. */
  throttle(throttled: boolean): void {
    this.#throttled = throttled;
    this.#pauseOrResume();
  }

  /** A heartbeat is due. */
  beat(): void {
    if (this.#throttled) this.#missedBeats = 0;
    if (this.#missedBeats >= MISSED_BEATS_MAX) {
      this.#context.log.info({ session: this.id, clientType: this.#clientType }, 'heartbeats missed');
      if (this.#writer.isFull) this.close('slow_reader');
      else this.#socket.terminate();
      return;
    }
    this.#missedBeats += 1;
    this.#socket.ping();
  }

  /** Ends the session for this reason; what waits to be written is written first if the client takes it. */
  close(code: ErrorCode): void {
    this.#writer.flush();
    const entry: ErrorEntry = ERRORS[code];
    this.#socket.close(entry.close ?? 1011, code);
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    // whatever still comes is not heard, but the closing handshake has to be read
    this.#pauseOrResume();
    this.#readings.close();
    this.#writer.close();
    this.#context.submit({ kind: 'closed', sessionId: this.id });
    this.#context.ended(this);
  }

  #hear(frame: Buffer): void {
    if (this.#ended) return;
    const decoded = decodeClientMessage(frame, this.#context.limits);
    if (decoded.ok) {
      this.#silent = false;
      this.#obey(decoded.message);
      return;
    }
    const { code, message, about } = decoded;
    const answer: ErrorMessage = { message_type: 'error', code, message, about };
    // a wrong `register` leaves the client without features, but it may have announced that it understands errors
    if (about.message_type === 'register' && announcesErrors(frame)) this.#send(answer);
    else this.#refuse(answer);
  }

  #obey(message: ClientMessage): void {
    const { submit, newCorrelation } = this.#context;
    switch (message.message_type) {
      case 'register':
        this.#register(message);
        return;
      case 'new': {
        const forbidden = message.events.find(({ event_type: type }) => !this.#grant.maySend(type));
        if (forbidden === undefined) submit(newInput(this.id, message, newCorrelation, !this.#brief));
        else
          this.#forbid(
            new RightsRefusal('forbidden', `this client may not send ${forbidden.event_type}`),
            message,
          );
        return;
      }
      case 'ack': {
        const input = ackInput(this.id, message);
        if (input !== undefined) submit(input);
        return;
      }
      case 'nack': {
        submit(nackInput(this.id, message));
        return;
      }
      case 'drain':
      case 'recall':
        submit({ kind: message.message_type, sessionId: this.id });
        return;
      case 'query':
        this.#read(message, (allowed) => this.#readings.query(allowed));
        return;
      case 'observe':
        this.#read(message, (allowed) => this.#readings.observe(allowed));
    }
  }

  #register(message: RegisterMessage): void {
    const { submit, limits, rights } = this.#context;
    const grant = rights.claim(message.client_type, message.token);
    const types = grant instanceof RightsRefusal ? grant : receivable(grant, message.event_types);
    if (grant instanceof RightsRefusal || types instanceof RightsRefusal) {
      this.#forbid(types as RightsRefusal, message, message.features?.includes('errors'));
      return;
    }
    if (message.reader) {
      this.#registerReader(message, grant, types);
      return;
    }
    this.#grant = grant;
    this.#clientType = message.client_type;
    this.#instance = true;
    this.#readings.hold(true);
    submit(registerInput(this.id, { ...message, event_types: [...types] }, limits));
  }

  /** Who only reads is nobody to the core: it owes a reader nothing, and its client type's wish stays as it is. */
  #registerReader(message: RegisterMessage, grant: Grant, eventTypes: readonly string[]): void {
    const { client_type: clientType } = message;
    if (this.#instance) {
      const text = 'reader: this session is an instance already; open another connection to read';
      const about = { message_type: 'register' };
      this.#refuse({ message_type: 'error', code: 'bad_message', message: text, about });
      return;
    }
    this.#grant = readingOnly(grant);
    this.#clientType = clientType;
    const head = this.#context.head();
    this.#registered({
      clientType,
      eventTypes,
      sessionId: this.id,
      features: grantedFeatures(message),
      head,
    });
  }

  #registered(registered: Registered): void {
    this.#features = new Set(registered.features);
    this.#send(registrationMessage(registered, this.#form === 'base', this.#context.logId));
  }

  /** Lets somebody read what its rights cover. */
  #read<M extends QueryMessage | ObserveMessage>(message: M, read: (allowed: M) => void): void {
    const types = receivable(this.#grant, message.event_types);
    if (types instanceof RightsRefusal) this.#forbid(types, message);
    else read({ ...message, event_types: [...types] });
  }

  #forbid({ code, message }: RightsRefusal, refused: ClientMessage, understandsErrors?: boolean): void {
    const about = {
      message_type: refused.message_type,
      ...('batch_id' in refused && refused.batch_id !== undefined && { batch_id: refused.batch_id }),
      ...('query_id' in refused && refused.query_id !== undefined && { query_id: refused.query_id }),
    };
    this.#refuse({ message_type: 'error', code, message, about }, understandsErrors);
  }

  /** Clients that know errors are told; for the others there is a line in the log, as ever. */
  #refuse(error: ErrorMessage, understandsErrors = this.#features.has('errors')): void {
    if (understandsErrors) this.#send(error);
    const { code, message } = error;
    this.#refusals += 1;
    const level = this.#refusals > LOGGED_REFUSALS_MAX ? 'debug' : 'warn';
    this.#context.log[level](
      { session: this.id, clientType: this.#clientType, code, reason: message },
      'message refused',
    );
  }

  #send(message: BusMessage): void {
    this.#writer.frame(encodeBusMessage(message));
  }

  #pauseOrResume(): void {
    if (!this.#ended && (this.#throttled || this.#writer.isFull)) this.#socket.pause();
    else this.#socket.resume();
  }
}

function announcesErrors(frame: Buffer): boolean {
  try {
    const { features }: { features?: unknown } = JSON.parse(frame.toString());
    return Array.isArray(features) && features.includes('errors');
  } catch {
    return false;
  }
}
