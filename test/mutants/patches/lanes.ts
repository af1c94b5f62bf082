import type { Patch } from './patch.ts';

/** In what decides of one task, and shows it. */
export const lanes: readonly Patch[] = [
  {
    name: 'stale read before cancel',
    file: 'src/lane.ts',
    find: 'if (!group && !isFresh) return this.#load();',
    replace: '',
    why: 'a refusal is decided on a record that another supervisor has changed since',
  },
  {
    name: 'shown before commit',
    file: 'src/lane.ts',
    find: "this.#phase = 'committing';",
    replace: "this.#phase = 'committing'; this.#showWatchers(decisions.at(-1)?.record ?? record);",
    why: 'a watcher sees what may never be committed',
  },
  {
    name: 'answer before commit',
    file: 'src/lane.ts',
    find: 'this.#deciding = operations;',
    replace: 'this.#deciding = operations; answerAll(operations, decisions);',
    why: 'a caller is told of what may never be committed',
  },
  {
    name: 'apply before commit',
    file: 'src/lane.ts',
    find: 'this.#port.commit(group, (verdict) =>',
    replace:
      'for (const one of decisions) if (one.record !== record && this.#snapshot) this.#presence.take(this.#snapshot, one);\n    this.#port.commit(group, (verdict) =>',
    why: 'the actor moves before the record does',
  },
  {
    name: 'conflict drops the operations',
    file: 'src/lane.ts',
    find: 'this.#waiting = [...operations.filter((operation) => !found.has(operation)), ...this.#waiting];',
    replace: 'this.#waiting = [...this.#waiting];',
    why: 'what was decided on an old record is never decided again',
  },
  {
    name: 'lost hint',
    file: 'src/lane.ts',
    find: 'else this.#isHinted = true;',
    replace: '',
    why: 'a change elsewhere is forgotten when the lane is busy',
  },
  {
    name: 'stop forgets a waiter',
    file: 'src/lane.ts',
    find: 'for (const watcher of this.#takeWatchers()) watcher.abandon(fault);',
    replace: '',
    why: 'who waits for an end waits for ever',
  },
  {
    name: 'lane let go while it commits',
    file: 'src/lane.ts',
    find: "return this.#phase === 'idle' && !waits && this.#presence.isEmpty;",
    replace: 'return !waits && this.#presence.isEmpty;',
    why: 'two lanes decide of one task at once',
  },
  {
    name: 'end of a child is not counted',
    file: 'src/lane.ts',
    find: 'return forParent ? [own, ...writes, forParent] : [own, ...writes];',
    replace: 'return [own, ...writes];',
    why: 'the commit of a child leaves out the sums of its parent',
  },
  {
    name: 'watcher misses the end',
    file: 'src/watcher.ts',
    find: 'channel.waiting.length = 0;\n        channel.push(record);',
    replace: 'if (channel.waiting.length === 0) channel.push(record);',
    why: 'a slow reader keeps the oldest instead of the newest',
  },
  {
    name: 'watcher is shown a record twice',
    file: 'src/watcher.ts',
    find: 'if (record.sequence > shown) {',
    replace: 'if (record.sequence >= shown) {',
    why: 'the sums of the children change without a step, and the watcher takes that for one',
  },
  {
    name: 'step counts twice',
    file: 'src/decide.ts',
    find: 'sequence: sequence + 1, leaf',
    replace: 'sequence: sequence + 2, leaf',
    why: 'whoever counts the steps misses one that never was',
  },
  {
    name: 'late answer taken for the newest',
    file: 'src/lane.ts',
    find: 'const isNewest = committed.sequence === last.sequence;',
    replace: 'const isNewest = committed.sequence >= last.sequence;',
    why: 'what others did since is decided on as if it had not happened',
  },
  {
    name: 'conflict keeps the old record',
    file: 'src/lane.ts',
    find: 'for (const { event } of operations) this.#port.conflict(record, event);\n    this.#replace(record);',
    replace: 'for (const { event } of operations) this.#port.conflict(record, event);',
    why: 'what was refused is decided on the same record again, for ever',
  },
];
