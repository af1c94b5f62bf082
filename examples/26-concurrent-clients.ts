// Does your system stay as its chart when several clients call at once? Many orders of all that waits are tried.
import { setup } from 'xstate';
import { type Schedule, checkConcurrent } from '../src/testing/index.ts'; // in your project: from 'taskchart/testing'

// #region check
type SeatEvent = { type: 'HOLD' } | { type: 'BUY' };
const chart = setup({ types: { events: {} as SeatEvent } }).createMachine({
  id: 'seat',
  initial: 'free',
  states: { free: { on: { HOLD: 'held' } }, held: { on: { BUY: 'sold' } }, sold: {} },
});
/** A seat in a database: whoever asks waits for a turn, and others go on meanwhile. */
function createSeat({ turn }: Schedule) {
  let state = 'free';
  const move = async (from: string, to: string) => {
    await turn('reads');
    if (state !== from) return 'InvalidState';
    await turn('writes'); // a bug: it may have been taken since
    state = to;
    return 'ok';
  };
  return { move, look: () => state };
}
const found = await checkConcurrent(
  chart,
  {
    create: (_input, _real, schedule) => createSeat(schedule),
    events: {
      HOLD: { send: (seat) => seat.move('free', 'held') },
      BUY: { send: (seat) => seat.move('held', 'sold') },
    },
    state: (seat) => seat.look(),
  },
  { seed: 1 },
).catch((error: Error) => error);
// #endregion
if (found instanceof Error) console.log(found.message.split('\n\nflowchart')[0]);

/* Prints:
The system is not as the chart "seat": no order of 2 calls has their answers.

Expected the history of 'seat' to be linearizable, but no order of its 2 operations is legal.
The longest legal beginning:
  1. client 1: HOLD → ok
Then the state is held. One of these has to come next, before client 2: HOLD returns at 3:
  - client 2: HOLD → ok: expected InvalidState, got ok
Time, up to that return:
client 1  |--HOLD → ok----…
client 2   |--HOLD → ok--|

What happened, in order:
  1. client 1 calls HOLD
  2. client 1 reads
  3. client 2 calls HOLD
  4. client 2 reads
  5. client 2 writes
  6. client 2 is answered ok
  7. client 1 writes
  8. client 1 is answered ok
*/
