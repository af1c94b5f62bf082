import { type AnyStateMachine, createMachine } from 'xstate';
import { supervisorMachine, taskMachine } from '../../machines/index.ts';
import { actions, always, delays, described, events, guards, invoke } from './behaviours.ts';
import { names } from './names.ts';
import { history, keyboard, memory, nested, parallel, toggle } from './structures.ts';

/** Each name is the name of a state, of an event, of an action, a guard, a tag, and the text of a description. */
const text = createMachine({
  id: '"machine" <of> & texts',
  initial: 'first',
  states: {
    first: {},
    ...Object.fromEntries(
      names.map((name, index) => [
        `${index} ${name}`,
        {
          id: `text${index}`,
          description: name,
          tags: [name],
          entry: name,
          on: {
            [`on ${name}`]: {
              target: `#text${(index + 1) % names.length}`,
              guard: name,
              actions: name,
              meta: { outcome: name },
            },
            [`in ${name}`]: { actions: { type: name, params: { text: name } } },
          },
        },
      ]),
    ),
  },
});

/** Sixty states in six boxes. */
const sixty = createMachine({
  id: 'sixty',
  initial: 'stage0',
  states: Object.fromEntries(
    Array.from({ length: 6 }, (_, stage) => [
      `stage${stage}`,
      {
        initial: 'step0',
        on: { [`SKIP_${stage}`]: `stage${(stage + 1) % 6}` },
        states: Object.fromEntries(
          Array.from({ length: 9 }, (__, step) => [
            `step${step}`,
            {
              on: {
                NEXT: step < 8 ? `step${step + 1}` : `#sixty.stage${(stage + 1) % 6}`,
                ...(step % 3 === 2 ? { BACK: 'step0' } : {}),
                ...(step === 5 ? { LEAVE: `#sixty.stage${(stage + 3) % 6}.step4` } : {}),
              },
            },
          ]),
        ),
      },
    ]),
  ),
});

const empty = createMachine({});

/** Machines with everything that there is to draw. */
export const corpus = {
  task: taskMachine,
  supervisor: supervisorMachine,
  toggle,
  nested,
  parallel,
  keyboard,
  history,
  memory,
  guards,
  actions,
  invoke,
  delays,
  always,
  events,
  described,
  text,
  sixty,
  empty,
} satisfies Readonly<Record<string, AnyStateMachine>>;
