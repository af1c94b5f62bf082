import { assign, setup } from 'xstate';
import type { ConcurrentSystem, Schedule } from '../../src/testing/index.ts';
import { SharedCell } from './shared-cell.ts';

type JobEvent = { readonly type: 'START' } | { readonly type: 'FINISH' } | { readonly type: 'CANCEL' };

const said = (outcome: 'ok' | 'canceled' | 'requested' | 'alreadyRequested') => ({ outcome });

/** A job that is canceled in two phases, and counts how often its signal was aborted. */
export const jobChart = setup({
  types: {
    context: {} as { readonly aborts: number },
    events: {} as JobEvent,
    transitionMeta: {} as ReturnType<typeof said>,
  },
  actions: { abort: assign({ aborts: ({ context }) => context.aborts + 1 }) },
}).createMachine({
  id: 'job',
  context: { aborts: 0 },
  initial: 'queued',
  states: {
    queued: {
      on: {
        START: { target: 'running', meta: said('ok') },
        CANCEL: { target: 'canceled', meta: said('canceled') },
      },
    },
    running: {
      on: {
        FINISH: { target: 'success', meta: said('ok') },
        CANCEL: { target: 'canceling', actions: 'abort', meta: said('requested') },
      },
    },
    canceling: {
      on: {
        FINISH: { target: 'canceled', meta: said('ok') },
        CANCEL: { meta: said('alreadyRequested') },
      },
    },
    success: {},
    canceled: {},
  },
});

/** A job as clients call it. */
export interface Job {
  start(): unknown;
  finish(): unknown;
  cancel(): unknown;
  look(): unknown;
}

export function jobs(create: (schedule: Schedule) => Job): ConcurrentSystem<typeof jobChart, Job> {
  return {
    create: (_input, _real, schedule) => create(schedule),
    events: {
      START: { send: (job) => job.start() },
      FINISH: { send: (job) => job.finish() },
      CANCEL: { send: (job) => job.cancel() },
    },
    state: (job) => job.look(),
  };
}

interface JobView {
  readonly value: unknown;
  readonly context: { readonly aborts: number };
}

export const lookOf = {
  stateOf: ({ value, context }: JobView) => ({ state: value, aborts: context.aborts }),
};

interface Life {
  readonly state: string;
  readonly aborts: number;
}

const queued: Life = { state: 'queued', aborts: 0 };

type Rule = (life: Life) => readonly [next: Life, answer: string];

const start: Rule = (life) =>
  life.state === 'queued' ? [{ ...life, state: 'running' }, 'ok'] : [life, 'InvalidState'];

const finish: Rule = (life) => {
  if (life.state === 'running') return [{ ...life, state: 'success' }, 'ok'];
  return life.state === 'canceling' ? [{ ...life, state: 'canceled' }, 'ok'] : [life, 'InvalidState'];
};

const cancel: Rule = (life) => {
  if (life.state === 'queued') return [{ ...life, state: 'canceled' }, 'canceled'];
  if (life.state === 'running') return [{ state: 'canceling', aborts: life.aborts + 1 }, 'requested'];
  return [life, life.state === 'canceling' ? 'alreadyRequested' : 'InvalidState'];
};

function jobIn(cell: SharedCell<Life>): Job {
  return {
    start: () => cell.change(start),
    finish: () => cell.change(finish),
    cancel: () => cell.change(cancel),
    look: () => cell.read(),
  };
}

export function rightJob(schedule: Schedule): Job {
  return jobIn(new SharedCell(schedule, queued));
}

/** By its own rule, but between the check and the act others may come. */
async function checkThenAct(cell: SharedCell<Life>, rule: Rule): Promise<string> {
  const before = await cell.read();
  const [next, answer] = rule(before);
  if (next !== before) await cell.write(next);
  return answer;
}

/** A job with one bug, and the fewest calls that show it, with the fewest switches between clients. */
export interface JobBug {
  readonly name: string;
  readonly shortest: number;
  readonly switches: number;
  readonly create: (schedule: Schedule) => Job;
}

function buggy(bug: (cell: SharedCell<Life>, schedule: Schedule) => Partial<Job>): JobBug['create'] {
  return (schedule) => {
    const cell = new SharedCell(schedule, queued);
    return { ...jobIn(cell), ...bug(cell, schedule) };
  };
}

export const jobBugs: readonly JobBug[] = [
  {
    name: 'it is started twice',
    shortest: 2,
    switches: 2,
    create: buggy((cell) => ({ start: () => checkThenAct(cell, start) })),
  },
  {
    name: 'it ends twice, or over a cancel that came in between',
    shortest: 3,
    switches: 2,
    create: buggy((cell) => ({ finish: () => checkThenAct(cell, finish) })),
  },
  {
    name: 'its signal is aborted twice',
    shortest: 4,
    switches: 2,
    create: buggy((cell) => ({
      async cancel() {
        const { state } = await cell.read();
        if (state !== 'running') return cell.change(cancel);
        return cell.change((life) => {
          const [next, answer] = cancel(life);
          return [{ ...next, aborts: life.aborts + 1 }, answer];
        });
      },
    })),
  },
  {
    name: 'state and aborts are read one after the other',
    shortest: 3,
    switches: 2,
    create: buggy((cell) => ({
      async look() {
        const { state } = await cell.read();
        const { aborts } = await cell.read();
        return { state, aborts };
      },
    })),
  },
  {
    name: 'a cancel answers by what it finds when it is done',
    shortest: 3,
    switches: 2,
    create: buggy((cell) => ({
      async cancel() {
        const answer = await cell.change(cancel);
        const { state } = await cell.read();
        return answer === 'requested' && state === 'canceled' ? 'canceled' : answer;
      },
    })),
  },
];

/** Whoever cancels waits for the end, and whoever ends it waits for the cancel. */
export const deadlock: JobBug = {
  name: 'a cancel and an end wait for each other',
  shortest: 2,
  switches: 2,
  create: buggy((cell) => {
    const never = new Promise<string>(() => {});
    const going = new Set<string>();
    const alone = async (name: string, rule: Rule) => {
      going.add(name);
      const answer = await cell.change(rule);
      if (answer !== 'InvalidState' && going.size > 1) return never;
      going.delete(name);
      return answer;
    };
    return { finish: () => alone('finish', finish), cancel: () => alone('cancel', cancel) };
  }),
};
