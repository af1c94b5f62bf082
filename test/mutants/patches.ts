/** A mistake that somebody could make in the shipped source. */
export interface Patch {
  readonly name: string;
  readonly file: string;
  /** Found exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What goes wrong by it. */
  readonly why: string;
}

const lanes: readonly Patch[] = [
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
    find: 'this.#waiting = [...operations.filter((operation) => operation !== named), ...this.#waiting];',
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
];

const dispatching: readonly Patch[] = [
  {
    name: 'lost wake-up after a slot',
    file: 'src/dispatcher.ts',
    find: 'else if (!this.#claims.delete(body.key)) this.#slots += 1;\n    this.#mayHold = true;',
    replace: 'else if (!this.#claims.delete(body.key)) this.#slots += 1;',
    why: 'a slot is free, and nobody looks for a task',
  },
  {
    name: 'lost wake-up after a full take',
    file: 'src/dispatcher.ts',
    find: 'if (keys.length === limit) this.#mayHold = true;',
    replace: '',
    why: 'what did not fit into one take is not looked for; a slot that is given back makes up for it',
  },
  {
    name: 'lost wake-up of a timer',
    file: 'src/dispatcher.ts',
    find: 'this.#wakeAt(nextAt);',
    replace: '',
    why: 'a task that was delayed never becomes due',
  },
  {
    name: 'slot of a refused claim is kept',
    file: 'src/dispatcher.ts',
    find: 'if (this.#claims.delete(key)) this.#slots -= 1;',
    replace: 'this.#claims.delete(key);',
    why: 'slots leak',
  },
  {
    name: 'slot freed early',
    file: 'src/presence.ts',
    find: 'this.#attempt?.abort(reason);',
    replace: 'this.#attempt?.abort(reason); if (this.#attempt) this.#port.occupy(this.#attempt, false);',
    why: 'a body that was told to end still runs, and its slot is given away',
  },
  {
    name: 'slot freed twice',
    file: 'src/dispatcher.ts',
    find: 'if (body.hasSlot === slot) return;',
    replace: 'if (body.hasSlot === slot && slot) return;',
    why: 'there are more slots than there are',
  },
  {
    name: 'parent keeps its slot',
    file: 'src/reconcile.ts',
    find: 'if (here) reality.occupy((children?.open ?? 0) === 0);',
    replace: 'if (here) reality.occupy(true);',
    why: 'with one slot a parent waits for a child that waits for the slot',
  },
  {
    name: 'retried task is not offered',
    file: 'src/reconcile.ts',
    find: "if (life.driver === 'supervisor') reality.offer();",
    replace: '',
    why: 'a queued task is forgotten',
  },
  {
    name: 'pause does not wait for claims',
    file: 'src/runtime.ts',
    find: 'await this.#dispatcher.settled();',
    replace: '',
    why: 'something starts after the pause resolved',
  },
  {
    name: 'stop forgets who waits for idle',
    file: 'src/runtime.ts',
    find: 'this.#idle.abandon(fault);',
    replace: '',
    why: 'a promise never settles',
  },
  {
    name: 'stop forgets what runs',
    file: 'src/life.ts',
    find: 'this.#port.evict();',
    replace: '',
    why: 'bodies are not told that the supervisor stops',
  },
];

const committing: readonly Patch[] = [
  {
    name: 'cancel overwritten by success',
    file: 'src/stores/memory-records.ts',
    find: 'present?.sequence === write.sequence && present.life.fence === write.fence',
    replace: 'present?.life.fence === write.fence',
    why: 'what was decided on an old record replaces a newer one',
  },
  {
    name: 'torn commit',
    file: 'src/stores/memory-records.ts',
    find: 'if (!refused) for (const write of group) this.#write(write);',
    replace: 'for (const write of group) { if (write === refused) break; this.#write(write); }',
    why: 'the first half of a refused group is written',
  },
  {
    name: 'idempotency race',
    file: 'src/stores/memory-records.ts',
    find: 'return (this.#reservations.find(write.name, now)?.key ?? write.key) === write.key;',
    replace: 'return true;',
    why: 'two submits with one key make two tasks',
  },
  {
    name: 'idempotency key of another input',
    file: 'src/creating.ts',
    find: 'if (found.digest === wanted?.digest) return resolve(found.key);',
    replace: 'return resolve(found.key);',
    why: 'a caller is given the task of another input',
  },
  {
    name: 'child created without its sums',
    file: 'src/creating.ts',
    find: '...(sums ? [sums] : []),',
    replace: '',
    why: 'a parent does not wait for its child',
  },
  {
    name: 'batch done twice',
    file: 'src/stores/memory-batches.ts',
    find: 'if (last?.batch === batch) return last.accepted;',
    replace: '',
    why: 'a commit whose answer was lost is refused when it is sent again',
  },
  {
    name: 'two batches in flight',
    file: 'src/committer.ts',
    find: 'if (this.#inFlight || this.#failed || this.#gathering.length === 0) return;',
    replace: 'if (this.#failed || this.#gathering.length === 0) return;',
    why: 'the verdict of the first is never heard',
  },
  {
    name: 'refused batch is not sent again',
    file: 'src/committer.ts',
    find: 'this.#port.timers.set(pauseMs, () => this.#port.deliver(send));',
    replace: 'void send;',
    why: 'nothing is committed any more',
  },
];

const living: readonly Patch[] = [
  {
    name: 'double abort',
    file: 'src/body.ts',
    find: 'if (this.#reason) return;',
    replace: "if (this.#reason) return void this.#controller?.signal.dispatchEvent(new Event('abort'));",
    why: 'a body hears of its abort more than once',
  },
  {
    name: 'late listener hears no abort',
    file: 'src/body.ts',
    find: 'if (this.#reason) this.#controller.abort(this.#reason);',
    replace: '',
    why: 'a signal that is asked for after the abort looks as if there was none',
  },
  {
    name: 'cancel does not reach the body',
    file: 'src/reconcile.ts',
    find: "'running.canceling': 'RequestCanceled',",
    replace: '',
    why: 'the record says canceled, and the body is not told',
  },
  {
    name: 'cancel does not reach the children',
    file: 'src/reconcile.ts',
    find: 'if (children.open > 0 && (life.cancelled || rejected)) reality.cancelChildren();',
    replace: 'if (children.open > 0 && rejected) reality.cancelChildren();',
    why: 'the children of a canceled parent go on',
  },
  {
    name: 'progress of a child counted twice',
    file: 'src/progress.ts',
    find: 'const done = contribution(after) - contribution(before);',
    replace: 'const done = contribution(after);',
    why: 'the sums of a parent are wrong',
  },
  {
    name: 'fence not sent by the body',
    file: 'src/body-task.ts',
    find: 'await runtime.ask(key, { ...event, fence } as TaskEvent,',
    replace: 'void fence; await runtime.ask(key, event,',
    why: 'an old attempt speaks for a new one',
  },
  {
    name: 'fence not checked',
    file: 'machines/task.ts',
    find: "'fence' in event && event.fence !== undefined && event.fence !== task.fence,",
    replace: "'fence' in event && event.fence !== undefined && event.fence > task.fence,",
    why: 'what an old attempt says is done',
  },
  {
    name: 'progress after the end',
    file: 'machines/task.ts',
    find: 'unresponsiveAt: undefined,\n    progress: undefined,\n    reportsItself: false,\n    held: undefined,\n  };\n}\n\nfunction ended',
    replace:
      'unresponsiveAt: undefined,\n    reportsItself: false,\n    held: undefined,\n  };\n}\n\nfunction ended',
    why: 'a task that does not run shows progress',
  },
  {
    name: 'retry after cancel',
    file: 'machines/task.ts',
    find: "{ guard: 'becauseAborted', target: '#task.error', actions: 'failAsCanceled', meta: ok },",
    replace: "{ guard: 'retryLeft', target: '#task.queued', actions: 'retry', meta: ok },",
    why: 'a task that was asked to end begins again',
  },
  {
    name: 'eviction is charged',
    file: 'machines/task.ts',
    find: 'return { ...task, ...left(task), cancelable: task.cancelableAtFirst };',
    replace:
      'return { ...task, ...left(task), cancelable: task.cancelableAtFirst, attempt: task.attempt + 1 };',
    why: 'a supervisor that stops costs its tasks an attempt',
  },
  {
    name: 'retry at once',
    file: 'machines/task.ts',
    find: 'attempt: task.attempt + 1, startAt: held.startAt, attempts };',
    replace: 'attempt: task.attempt + 1, attempts };',
    why: 'nobody waits between attempts',
  },
  {
    name: 'stamps follow a clock that was set back',
    file: 'machines/task.ts',
    find: 'return Math.max(at, queuedAt, startedAt, attemptStartedAt, abortedAt, attempts.at(-1)?.endedAt ?? 0);',
    replace: 'void [queuedAt, startedAt, attemptStartedAt, abortedAt, attempts]; return at;',
    why: 'a task ends before it began',
  },
  {
    name: 'grace is never over',
    file: 'src/alarms.ts',
    find: "return alarm('UNRESPONSIVE', life.abortedAt + limits.graceMs, life.abortedAt, life.fence);",
    replace: 'return undefined;',
    why: 'nobody says that a body ignores its abort',
  },
];

/** Mistakes made by hand, one at a time. */
export const patches: readonly Patch[] = [...lanes, ...dispatching, ...committing, ...living];
