/**
 * The same load on NATS JetStream: one stream with a subject per key, appended with the expected last sequence of the subject, and a
 * durable consumer that acknowledges each message. Requests of one turn travel together, as the client does by itself.
 */
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { OpenConsumer } from './consume.js';
import type { OpenPublisher, Planned } from './publish.js';

const STREAM = 'events';
const SUBJECTS = 'events.';
const CONSUMER = 'consumer';

interface Sent {
  readonly value: number;
  readonly sentAt: number;
  readonly note: string;
}

export const natsPublisher: OpenPublisher = async ({ target }, accepted) => {
  const connection = await connected(target.address);
  const stream = jetstream(connection);
  /** of the last event of each key, its sequence in the stream, as soon as it is known */
  const sequences = new Map<string, Promise<number>>();
  const append = async (
    { key, value, data }: Planned,
    before: Promise<number> | undefined,
  ): Promise<number> => {
    const lastSubjectSequence = (await before) ?? 0;
    const text = JSON.stringify({ value, ...data });
    const { seq } = await stream.publish(SUBJECTS + key, text, { expect: { lastSubjectSequence } });
    accepted(1);
    return seq;
  };
  return {
    send: (events) => {
      for (const event of events) sequences.set(event.key, append(event, sequences.get(event.key)));
    },
    close: () => void connection.close(),
  };
};

export const natsConsumer: OpenConsumer = async ({ target, inFlight }, arrived) => {
  const connection = await connected(target.address);
  const manager = await jetstreamManager(connection);
  await manager.consumers.add(STREAM, {
    durable_name: CONSUMER,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.New,
    max_ack_pending: inFlight,
  });
  const consumer = await jetstream(connection).consumers.get(STREAM, CONSUMER);
  const messages = await consumer.consume({
    max_messages: inFlight,
    callback: (message) => {
      const { value, sentAt } = message.json<Sent>();
      arrived([{ key: message.subject.slice(SUBJECTS.length), value, sentAt }]);
      message.ack();
    },
  });
  return {
    close: () => {
      messages.stop();
      void connection.close();
    },
  };
};

/** Connects, and makes the stream if it is not there yet. */
async function connected(address: string): Promise<NatsConnection> {
  const connection = await connect({ servers: address });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: STREAM, subjects: [`${SUBJECTS}>`], storage: StorageType.File });
  return connection;
}
