import { assign, setup } from 'xstate';

/** How many bodies may run at once, and how often one job is tried. */
export interface Setting {
  readonly slots: number;
  readonly attempts: number;
}

/** `nth` counts from the oldest, and around: of the jobs that were ever added, or of the bodies that run. */
export type QueueEvent =
  | { readonly type: 'ADD' }
  | { readonly type: 'CANCEL'; readonly nth: number }
  | { readonly type: 'END'; readonly nth: number; readonly by: 'return' | 'throw' }
  | { readonly type: 'WAIT'; readonly minutes: number };

export type Command = QueueEvent['type'];

/** A body: the number of its job, counted from 1, and the minutes for which it has run. */
interface Running {
  readonly job: number;
  readonly minutes: number;
  readonly isCanceled: boolean;
}

interface Jobs extends Setting {
  readonly waiting: readonly number[];
  readonly running: readonly Running[];
  /** How often each job was started. */
  readonly starts: readonly number[];
}

/** A body that has run for so long returns by itself: with one wait more it is still below the half hour of its queue. */
export const longestMinutes = 15;
export const longestWaitMinutes = 14;

/** Whoever waits longest starts, while there is a slot. */
function filled(jobs: Jobs): Jobs {
  const [job, ...waiting] = jobs.waiting;
  if (job === undefined || jobs.running.length >= jobs.slots) return jobs;
  const running = [...jobs.running, { job, minutes: 0, isCanceled: false }];
  const starts = jobs.starts.with(job - 1, (jobs.starts[job - 1] ?? 0) + 1);
  return filled({ ...jobs, waiting, running, starts });
}

function added(jobs: Jobs): Jobs {
  const starts = [...jobs.starts, 0];
  return filled({ ...jobs, starts, waiting: [...jobs.waiting, starts.length] });
}

/** A job that waits is gone. One that runs is only asked: its body keeps the slot. */
function canceled(jobs: Jobs, nth: number): Jobs {
  const job = (nth % jobs.starts.length) + 1;
  const waiting = jobs.waiting.filter((each) => each !== job);
  const running = jobs.running.map((each) => (each.job === job ? { ...each, isCanceled: true } : each));
  return { ...jobs, waiting, running };
}

/** What failed is tried again, behind those that wait, unless it was canceled. */
function ended(jobs: Jobs, nth: number, by: 'return' | 'throw'): Jobs {
  const gone = jobs.running[nth % jobs.running.length] as Running;
  const isTriedAgain = by === 'throw' && !gone.isCanceled && (jobs.starts[gone.job - 1] ?? 0) < jobs.attempts;
  const waiting = isTriedAgain ? [...jobs.waiting, gone.job] : jobs.waiting;
  return filled({ ...jobs, waiting, running: jobs.running.filter((each) => each !== gone) });
}

function later(jobs: Jobs, minutes: number): Jobs {
  const running = jobs.running.map((each) => ({ ...each, minutes: each.minutes + minutes }));
  return filled({ ...jobs, running: running.filter((each) => each.minutes < longestMinutes) });
}

const isIdle = ({ context }: { context: Jobs }) => context.running.length === 0;
const isCanceling = ({ context }: { context: Jobs }) => context.running.some((each) => each.isCanceled);

/** What a queue of jobs promises, whoever makes it: who runs, and how often. */
export const queueMachine = setup({
  types: { context: {} as Jobs, events: {} as QueueEvent, input: {} as Setting },
  guards: {
    hasJobs: ({ context }) => context.starts.length > 0,
    isRunning: ({ context }) => context.running.length > 0,
    isIdle,
    isCanceling,
    isBusy: (state) => !isIdle(state) && !isCanceling(state),
  },
  actions: {
    add: assign(({ context }) => added(context)),
    cancel: assign(({ context, event }) =>
      event.type === 'CANCEL' ? canceled(context, event.nth) : context,
    ),
    end: assign(({ context, event }) =>
      event.type === 'END' ? ended(context, event.nth, event.by) : context,
    ),
    wait: assign(({ context, event }) => (event.type === 'WAIT' ? later(context, event.minutes) : context)),
  },
}).createMachine({
  id: 'queue',
  context: ({ input }) => ({ ...input, waiting: [], running: [], starts: [] }),
  initial: 'idle',
  on: {
    ADD: { actions: 'add' },
    CANCEL: { guard: 'hasJobs', actions: 'cancel' },
    END: { guard: 'isRunning', actions: 'end' },
    WAIT: { actions: 'wait' },
  },
  states: {
    idle: {
      description: 'No body runs.',
      always: { guard: 'isBusy', target: 'busy' },
    },
    busy: {
      description: 'Bodies run, of jobs that nobody canceled.',
      always: [
        { guard: 'isIdle', target: 'idle' },
        { guard: 'isCanceling', target: 'canceling' },
      ],
    },
    canceling: {
      description: 'The body of a canceled job still runs, in its slot. When it ends, its job has ended.',
      always: [
        { guard: 'isIdle', target: 'idle' },
        { guard: 'isBusy', target: 'busy' },
      ],
    },
  },
});
