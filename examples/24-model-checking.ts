// Is your system what its chart says? Random commands go to both, and what differs is shown in the fewest steps.
import fc from 'fast-check';
import { setup } from 'xstate';
import { checkModel } from '../src/testing/index.ts'; // in your project: from 'taskchart/testing'

// #region check
type OrderEvent = { type: 'PAY'; cents: number } | { type: 'SHIP' } | { type: 'CANCEL' };
const types = { events: {} as OrderEvent, transitionMeta: {} as { outcome: 'done' | 'tooLittle' } };
const guards = { enough: ({ event }: { event: OrderEvent }) => event.type === 'PAY' && event.cents >= 500 };
const done = { outcome: 'done' } as const;
const chart = setup({ types, guards }).createMachine({
  id: 'order',
  initial: 'open',
  states: {
    open: {
      on: { PAY: [{ guard: 'enough', target: 'paid', meta: done }, { meta: { outcome: 'tooLittle' } }] },
    },
    paid: { on: { SHIP: { target: 'shipped', meta: done }, CANCEL: { target: 'canceled', meta: done } } },
    shipped: {}, // too late: without a transition the answer is InvalidState
    canceled: {},
  },
});
class Order {
  state = 'open';
  move(from: string[], to: string) {
    if (!from.includes(this.state)) return 'InvalidState';
    this.state = to;
    return 'done';
  }
  pay = (cents: number) => (this.state === 'open' && cents < 500 ? 'tooLittle' : this.move(['open'], 'paid'));
}

const found = await checkModel(
  chart,
  {
    create: () => new Order(),
    events: {
      PAY: { payload: fc.record({ cents: fc.nat(1_000) }), send: (order, { cents }) => order.pay(cents) },
      SHIP: { send: (order) => order.move(['paid'], 'shipped') },
      CANCEL: { send: (order) => order.move(['paid', 'shipped'], 'canceled') }, // a bug
    },
    state: (order) => order.state,
  },
  { seed: 1 },
).catch((error: Error) => error);
// #endregion
if (found instanceof Error) console.log(found.message.split('\n\nTo repeat it')[0]);

/* Prints:
The system is not as the chart "order": at step 4 the answer is done, expected InvalidState.

  1. order: create → open
  2. order: PAY { cents: 500 } → done, open → paid
  3. order: SHIP → done, paid → shipped
  4. order: CANCEL → stays shipped
     expected answer: InvalidState
     actual answer:   done
     expected state of order: shipped
     actual state of order:   canceled
*/
