import type { Patch } from './patch.ts';

/** In what says which process lives, and takes up what was lost. */
export const leases: readonly Patch[] = [
  {
    name: 'task comes under a lease that is over',
    file: 'src/stores/memory-leases.ts',
    find: 'return (this.#beats.get(worker) ?? 0) > 0;',
    replace: 'return this.#beats.get(worker) !== -1;',
    why: 'a process that was frozen claims what nobody will take up again',
  },
  {
    name: 'task comes under a lease that was taken over',
    file: 'src/stores/memory-leases.ts',
    find: 'return (this.#beats.get(worker) ?? 0) > 0;',
    replace: 'return this.#beats.get(worker) !== 0;',
    why: 'a process that was frozen claims what nobody looks after, as its lease is gone',
  },
  {
    name: 'lease is ended though it beats',
    file: 'src/stores/memory-leases.ts',
    find: 'if (this.#beats.get(worker) === beats) this.#beats.set(worker, 0);',
    replace: 'void beats; if (this.#beats.has(worker)) this.#beats.set(worker, 0);',
    why: 'a beat between the look and the end is not seen',
  },
  {
    name: 'lease that stands still for a moment is over',
    file: 'src/leases.ts',
    find: 'const isOver = isStanding && sentAt - before.at >= this.#port.leaseMs;',
    replace: 'void sentAt; const isOver = isStanding;',
    why: 'a body that runs is started a second time',
  },
  {
    name: 'what a lost process held is left alone',
    file: 'src/recovery.ts',
    find: 'lost.push(this.#lose(key, worker));',
    replace: 'void key;',
    why: 'a task runs for ever, and nobody runs it',
  },
  {
    name: 'nobody looks who holds nothing',
    file: 'src/leases.ts',
    find: 'if (isNeeded || this.#others.size > 0) this.#lookLater();',
    replace: 'if (isNeeded) this.#lookLater();',
    why: 'an idle process does not see that another is lost',
  },
  {
    name: 'process does not hear that its lease was over',
    file: 'src/leases.ts',
    find: 'if (isOver) this.#port.ownWasOver();',
    replace: 'void isOver;',
    why: 'the old body goes on beside the new one',
  },
  {
    name: 'new lease is retired with the old one',
    file: 'src/stores/memory-leases.ts',
    find: 'if (!this.#holds(worker)) this.#beats.delete(worker);',
    replace: 'this.#beats.delete(worker);',
    why: 'nobody sees any more that its process is lost, and what it runs is never taken up',
  },
  {
    name: 'lost task is charged',
    file: 'machines/task.ts',
    find: 'return { ...requeued(task), lost: task.lost + 1, attempts };',
    replace: 'return { ...requeued(task), lost: task.lost + 1, attempt: task.attempt + 1, attempts };',
    why: 'a process that dies costs its tasks an attempt',
  },
  {
    name: 'task is lost once too often',
    file: 'machines/task.ts',
    find: "task.driver === 'supervisor' && task.lost < task.maxLost,",
    replace: "task.driver === 'supervisor' && task.lost <= task.maxLost,",
    why: 'a body that may start once at most starts twice',
  },
  {
    name: 'created task outlives its creator',
    file: 'src/runtime.ts',
    find: 'hasCreated: () => this.#lanes.hasDriven(),',
    replace: 'hasCreated: () => false,',
    why: 'nobody ends what nobody drives any more',
  },
  {
    name: 'lease is asked for once',
    file: 'src/leases.ts',
    find: 'this.#heldAt = this.#now();\n      await this.#look();',
    replace: 'this.#heldAt = Math.max(this.#heldAt, 0);\n      await this.#look();',
    why: 'a process whose line was cut meanwhile asks for ever whether it has one',
  },
];
