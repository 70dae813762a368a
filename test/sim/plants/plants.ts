import type { LogRecord } from '../../../bus/store/event-store.js';
import { META } from '../../../runtime/service/engine/meta.js';
import type { Commit, CommitResult, StateStore, Write } from '../../../runtime/state/state-store.js';
import { atOnce } from '../bank/state-medium.js';
import type { Edit, Plant } from './plant.js';

const edit = (module: string, find: string, put: string): Edit => ({ module, find, put });

/** Every fault that can be put in, by name. */
export const PLANTS = {
  'receipt-before-flush': {
    // Events count as appended at once, and are written with the next ones.
    log: (log) => {
      let held: readonly LogRecord[] = [];
      return {
        ...log,
        append: async (records) => {
          const written = [...held, ...records];
          held = records.some(({ kind }) => kind === 'batch') ? records : [];
          const now = written.slice(0, written.length - held.length);
          if (now.length > 0) await log.append(now);
        },
      };
    },
  },
  'value-consumed-on-failure': {
    edits: [edit('bus/core/outcomes', 'state.heads.takeBack(', 'void (')],
  },
  'no-fencing': {
    // What is taken back may still be answered by who had it.
    edits: [edit('bus/core/take-back', 'recall(debt);', "debt.delivery = '';")],
  },
  'redelivery-out-of-order': {
    edits: [
      edit(
        'bus/core/take-back',
        'lane.out = Math.min(lane.out, from);',
        'lane.queue.splice(from, lane.out - from, ...lane.queue.slice(from, lane.out).reverse()); lane.out = Math.min(lane.out, from);',
      ),
    ],
  },
  'newer-before-redelivered': {
    edits: [
      edit(
        'bus/core/take-back',
        'lane.out = Math.min(lane.out, from);',
        'lane.queue.push(...lane.queue.splice(from, lane.out - from)); lane.out = Math.min(lane.out, from);',
      ),
    ],
  },
  'batch-accepted-in-part': {
    edits: [edit('bus/core/batches', 'input.atomic || debt !== undefined', 'false')],
  },
  'batch-id-forgotten': {
    log: (log) => ({ ...log, batch: () => undefined }),
  },
  'no-applied-mark': {
    state: (store) => committing(store, (commit) => store.commit(without(commit, isMark))),
  },
  'mark-in-another-commit': {
    state: (store, { agenda }) =>
      committing(store, (commit) => {
        const marks = commit.writes.filter(isMark);
        if (marks.length === commit.writes.length) return store.commit(commit);
        const result = store.commit(without(commit, isMark));
        agenda.in(3, () => void store.commit({ expect: [], writes: marks }));
        return result;
      }),
  },
  'outbox-dropped-too-early': {
    state: (store) =>
      committing(store, (commit) => {
        const result = atOnce(store.commit(commit));
        const entries = commit.writes.filter(({ op, ...write }) => op === 'set' && isEntry(write));
        if (result.ok && entries.length > 0)
          atOnce(
            store.commit({ expect: [], writes: entries.map((entry) => ({ ...entry, op: 'del' }) as Write) }),
          );
        return result;
      }),
  },
  'checkpoint-ahead': {
    state: (store) =>
      committing(store, (commit) =>
        store.commit({
          ...commit,
          writes: commit.writes.map((write) =>
            write.op === 'set' && isCheckpoint(write) && Number(write.text) > 0
              ? { ...write, text: String(Number(write.text) + 1) }
              : write,
          ),
        }),
      ),
  },
  'seen-after-the-read': {
    // The mark is read after the value, and nobody looks whether the value has changed in between.
    edits: [
      edit(
        'runtime/service/engine/transactor',
        'const again = await this.#changed(transaction);',
        'const again = undefined;',
      ),
    ],
  },
  'rebuild-returns-owed': {
    query: ({ notOwedTo: _, ...question }) => question,
  },
  'parked-does-not-hold-its-key': {
    edits: [
      edit(
        'bus/core/lane',
        'return this.parked[0]?.record.position ?? Number.POSITIVE_INFINITY;',
        'return Number.POSITIVE_INFINITY;',
      ),
    ],
  },
  'entry-sent-under-another-id': {
    edits: [
      edit(
        'runtime/service/engine/outbox-entry',
        'outgoingBatch(batch, sends, delivery)',
        'outgoingBatch(batch + Math.random(), sends, delivery)',
      ),
    ],
  },
  'lost-state-not-noticed': {
    state: (store) =>
      committing(store, (commit) =>
        store.commit({
          ...commit,
          expect: commit.expect.filter(({ space, key }) => space !== 'meta' || key !== META.generation),
        }),
      ),
  },
  'acknowledged-on-a-lost-state': {
    // What a process says that handled an event on a state that is gone still counts, although the rebuild has passed that event over.
    edits: [edit('runtime/service/engine/preparation', 'await this.parts.bus.recall();', '')],
  },
  'recalled-too-early': {
    edits: [edit('bus/core/recall', 'client.acknowledging === undefined', 'true')],
  },
  'acknowledgement-lost-on-failure': {
    edits: [edit('bus/core/settle', 'failed() {\n        return true;', 'failed() {\n        return false;')],
  },
} as const satisfies Readonly<Record<string, Plant>>;

export type PlantName = keyof typeof PLANTS;

type Place = { readonly space?: string; readonly key?: string };

const isMark = ({ space }: Place) => space === 'mark';
const isEntry = ({ space }: Place) => space === 'outbox';
const isCheckpoint = ({ space, key }: Place) => space === 'meta' && key === META.checkpoint;

function without({ expect, writes }: Commit, left: (place: Place) => boolean): Commit {
  return {
    expect: expect.filter((expectation) => !left(expectation)),
    writes: writes.filter((write) => !left(write as Place)),
  };
}

/** The store with another way to commit. */
function committing(
  store: StateStore,
  commit: (commit: Commit) => ReturnType<StateStore['commit']>,
): StateStore {
  return {
    ...store,
    commit: (made) => (made.writes.length === 0 ? store.commit(made) : commit(made)) as CommitResult,
  };
}
