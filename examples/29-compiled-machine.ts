// The same XState machine with its transitions in a table: what it shows and does stays, and its guards, actions, inspectors.
import { assign, createActor, setup } from 'xstate';
import { compile } from '../src/compile/index.ts'; // in your project: from 'taskchart/compile'

const turnstile = setup({
  types: { context: {} as { coins: number }, events: {} as { type: 'COIN' } | { type: 'PUSH' } },
  guards: { isFull: ({ context }) => context.coins >= 2 },
  actions: { take: assign({ coins: ({ context }) => context.coins + 1 }) },
}).createMachine({
  context: { coins: 0 },
  initial: 'locked',
  states: {
    locked: { on: { COIN: { target: 'open', actions: 'take' } } },
    open: { on: { PUSH: [{ guard: 'isFull', target: 'emptying' }, { target: 'locked' }] } },
    emptying: { type: 'final' },
  },
});

const actor = createActor(compile(turnstile));
actor.subscribe(({ value, context }) => console.log(value, context.coins));
actor.start();
for (const type of ['COIN', 'PUSH', 'COIN', 'PUSH'] as const) actor.send({ type });

/* Prints:
locked 0
open 1
locked 1
open 2
emptying 2
*/
