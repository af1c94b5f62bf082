import { expect, test } from 'vitest';
import type { TaskInfo } from '../src/index.ts';
import { History, type Teller } from './crash/history.ts';
import { breachesOf, laws } from './crash/laws.ts';
import type { Entry } from './crash/told.ts';

type Info = Partial<TaskInfo> & { readonly key: string };

/** What two processes said, in the order of time, and the tasks that were found. */
interface Story {
  readonly said: readonly (readonly [by: 'a' | 'b', entry: Entry])[];
  readonly tasks: readonly Info[];
  /** When each was killed; left out: it ended by itself. */
  readonly killed?: Partial<Record<'a' | 'b', number>>;
}

function brokenBy({ said, tasks, killed = {} }: Story): string[] {
  const tellers: Teller[] = (['a', 'b'] as const).map((name) => ({
    name,
    told: said.flatMap(([by, entry], at) => (by === name ? { ...entry, at } : [])),
    killedAt: killed[name],
  }));
  const found = tasks.map((info): TaskInfo => ({ ...plain, ...info }));
  const breaches = breachesOf({
    history: new History(tellers),
    tasks: new Map(found.map((info) => [info.key, info])),
  });
  return breaches.map(({ law }) => law);
}

const plain: TaskInfo = {
  key: 'k',
  descriptionId: 'brief',
  state: 'success',
  cancelled: false,
  cancelable: true,
  reason: { kind: 'system' },
  queueTime: new Date(0),
  eventChainId: 1,
  sequence: 3,
  attempt: 1,
  maxAttempts: 1,
  attempts: [],
  priority: 0,
};
const done: Info = { key: 'k', result: 4 };
const key: Entry = { kind: 'key', key: 'k', type: 'brief', input: 2 };
const start = (checkpoint = 0): Entry => ({ kind: 'start', key: 'k', attempt: 1, checkpoint });
const end: Entry = { kind: 'end', key: 'k', aborted: false };
const committed: Entry = { kind: 'committed', key: 'k', event: 'BODY_RETURNED', state: 'success' };
const saved = (value: number): Entry => ({ kind: 'saved', key: 'k', value });
const named = (name: string, of: string): Entry => ({ ...key, key: of, idempotencyKey: name }) as Entry;

const stories: Readonly<Record<string, Story>> = {
  'nothing that was acknowledged is missing': { said: [['a', key]], tasks: [] },
  'no task is stuck': { said: [], tasks: [{ key: 'k', state: 'queued' }] },
  'no task succeeds twice': {
    said: [
      ['a', committed],
      ['b', committed],
    ],
    tasks: [done],
  },
  'an end that was told stands': {
    said: [['a', { kind: 'seen', key: 'k', state: 'success', result: 3 }]],
    tasks: [done],
  },
  'every accepted cancel leads to the end': {
    said: [['a', { kind: 'receipt', key: 'k', receipt: 'requested' }]],
    tasks: [done],
  },
  'no two bodies of one task run at the same time': {
    said: [
      ['a', start()],
      ['b', start()],
      ['a', end],
      ['b', end],
    ],
    tasks: [done],
  },
  'no body starts after the end of its task': {
    said: [
      ['a', committed],
      ['b', start()],
      ['b', end],
    ],
    tasks: [done],
  },
  'a name gives one task': {
    said: [
      ['a', named('n', 'k')],
      ['b', named('n', 'l')],
    ],
    tasks: [done, { ...done, key: 'l' }],
  },
  'the next attempt goes on from the last acknowledged checkpoint, or a later one': {
    said: [
      ['a', start()],
      ['a', saved(2)],
      ['a', end],
      ['b', start(1)],
      ['b', end],
    ],
    tasks: [done],
  },
  'a task that nobody asked to end ends as its body has it': {
    said: [['a', key]],
    tasks: [{ key: 'k', result: 5 }],
  },
  'no call fails': { said: [['a', { kind: 'refused', what: 'idle', fault: 'StoreFailed' }]], tasks: [] },
};

test('every law of the crashes has a story that breaks it', () => {
  expect(Object.keys(stories)).toEqual(Object.keys(laws));
});

test.for(Object.entries(stories))('a story breaks the law "%s" and no other', ([law, story]) => {
  expect(brokenBy(story)).toEqual([law]);
});

test('a body whose process was killed overlaps nothing that started later', () => {
  const said: Story['said'] = [
    ['a', key],
    ['a', start()],
    ['b', start()],
    ['b', end],
  ];
  expect(brokenBy({ said, tasks: [done], killed: { a: 1.5 } })).toEqual([]);
  expect(brokenBy({ said, tasks: [done], killed: { a: 2.5 } })).toEqual([
    'no two bodies of one task run at the same time',
  ]);
});

test('a body whose lease was ended before may overlap, as its writes are refused', () => {
  const story: Story = {
    said: [
      ['a', { kind: 'worker', worker: 'w' }],
      ['a', start()],
      ['b', { kind: 'leaseEnded', worker: 'w' }],
      ['b', start()],
      ['b', end],
      ['a', end],
    ],
    tasks: [done],
  };
  expect(brokenBy(story)).toEqual([]);
});
