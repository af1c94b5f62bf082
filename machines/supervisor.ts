import { setup } from 'xstate';
import type { Outcome } from './task.ts';

export type SupervisorEvent =
  | { readonly type: 'STARTED' }
  /** May a task be created? `child`: of a parent that still lives. */
  | { readonly type: 'SUBMIT'; readonly child: boolean }
  /** May an operation change a task that exists? */
  | { readonly type: 'OPERATE' }
  /** May a queued task start? */
  | { readonly type: 'CLAIM'; readonly child: boolean }
  | { readonly type: 'DRAIN' }
  /** No body is left. */
  | { readonly type: 'EMPTY' }
  | { readonly type: 'STOP' }
  /** The time of the present phase of stopping is over. */
  | { readonly type: 'OVERDUE' }
  | { readonly type: 'FAIL' };

const ok = { outcome: 'ok' } as const;
const nothing = { outcome: 'nothing' } as const;
const stopped = { outcome: 'SupervisorStopped' } as const;
const storeFailed = { outcome: 'StoreFailed' } as const;
const childrenOnly = [{ guard: 'child', meta: ok }, { meta: stopped }] as const;

/** The life of a supervisor, and what it answers to whoever wants something of it. */
export const supervisorMachine = setup({
  types: { context: {} as object, events: {} as SupervisorEvent, transitionMeta: {} as { outcome: Outcome } },
  guards: { child: ({ event }) => 'child' in event && event.child },
}).createMachine({
  id: 'supervisor',
  context: {},
  initial: 'starting',
  states: {
    starting: {
      description: 'Reads what the store holds.',
      on: {
        STARTED: { target: 'running', meta: ok },
        FAIL: { target: 'failed', meta: ok },
        STOP: { target: 'stopped', meta: ok },
      },
    },
    running: {
      description: 'Takes tasks and runs them.',
      on: {
        SUBMIT: { meta: ok },
        OPERATE: { meta: ok },
        CLAIM: { meta: ok },
        EMPTY: { meta: nothing },
        DRAIN: { target: 'draining', meta: ok },
        STOP: { target: 'draining.closing', meta: ok },
        FAIL: { target: 'failed', meta: ok },
      },
    },
    draining: {
      description: 'Takes no new roots.',
      initial: 'finishing',
      on: {
        SUBMIT: childrenOnly,
        OPERATE: { meta: ok },
        CLAIM: { meta: stopped },
        EMPTY: { target: 'stopped', meta: ok },
        DRAIN: { meta: nothing },
        FAIL: { target: 'failed', meta: ok },
      },
      states: {
        finishing: {
          description: 'Live tasks and their children end; the rest stays queued.',
          on: {
            CLAIM: childrenOnly,
            STOP: { target: 'closing', meta: ok },
          },
        },
        closing: {
          description: 'Nothing starts; what runs has its time to end.',
          on: {
            STOP: { meta: nothing },
            FAIL: { target: '#supervisor.stopped', meta: ok },
            OVERDUE: { target: 'evicting', meta: ok },
          },
        },
        evicting: {
          description: 'What still runs was told to give its slot back.',
          on: {
            STOP: { meta: nothing },
            FAIL: { target: '#supervisor.stopped', meta: ok },
            OVERDUE: { target: '#supervisor.stopped', meta: ok },
          },
        },
      },
    },
    stopped: {
      type: 'final',
      description: 'Promises of unfinished tasks were rejected; the records are untouched.',
    },
    failed: {
      description: 'The store cannot be written; bodies are told to stop.',
      on: {
        SUBMIT: { meta: storeFailed },
        OPERATE: { meta: storeFailed },
        CLAIM: { meta: storeFailed },
        DRAIN: { meta: storeFailed },
        STOP: { target: 'stopped', meta: ok },
      },
    },
  },
});
