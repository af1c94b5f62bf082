import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createMachine, type AnyStateMachine } from 'xstate';
import { ChartDifference, checkModel, checkTrace } from '../../src/testing/index.ts';

const door: AnyStateMachine = createMachine({
  id: 'door',
  initial: 'closed',
  states: { closed: { on: { OPEN: 'open' } }, open: { on: { CLOSE: 'closed' } } },
});
const OPEN = { send: () => 'ok' };

async function differenceOf(state?: () => unknown): Promise<ChartDifference> {
  const system = { create: () => ({}), events: { OPEN }, ...(state ? { state } : {}) };
  const found = await checkModel(door, system, { seed: 1 }).catch((error: unknown) => error);
  if (found instanceof ChartDifference) return found;
  throw new Error('Expected a difference.', { cause: found });
}

test('instances are counted from 1, as the message names them', async () => {
  const one = await differenceOf();
  expect(one.steps.map(({ instance }) => instance)).toEqual([1, 1, 1]);
});

test('of two instances the steps name the one that the message names', async () => {
  let made = 0;
  const system = {
    open: () => void (made = 0),
    create: () => ({ isSecond: (made += 1) === 2, isOpen: false }),
    events: {
      OPEN: {
        send(it: { isSecond: boolean; isOpen: boolean }) {
          if (it.isSecond || it.isOpen) return 'InvalidState';
          it.isOpen = true;
          return 'ok';
        },
      },
    },
  };
  const found = (await checkModel(door, system, { seed: 1 }).catch(
    (error: unknown) => error,
  )) as ChartDifference;
  expect(found.steps.map(({ instance }) => instance)).toEqual([1, 2, 2]);
  expect(found.message).toContain('  3. door 2: OPEN');
});

test('a state that is an object, and is compared with a leaf, hints at stateOf', async () => {
  const hint = '`stateOf`';
  expect((await differenceOf(() => ({ mode: 'closed' }))).message).toContain(hint);
  for (const state of ['ajar', null, undefined])
    expect((await differenceOf(() => state)).message).not.toContain(hint);
  const inLog = () => checkTrace(door, [{ event: { type: 'OPEN' }, state: { mode: 'open' } }]);
  expect(inLog).toThrow(hint);
});

test('the picture comes last, after what repeats it', async () => {
  const { message, chart } = await differenceOf();
  expect(message.endsWith(`\n\n${chart}`)).toBe(true);
  expect(message.indexOf('To repeat it')).toBeLessThan(message.indexOf('flowchart'));
});

test('a picture and the steps are there to be read, but are not printed beside the message', async () => {
  const found = await differenceOf();
  expect(found.steps).toHaveLength(3);
  expect(found.chart).toContain('flowchart TB');
  expect(Object.keys(found)).not.toContain('chart');
  expect(Object.keys(found)).not.toContain('steps');
  expect(inspect(found).split('flowchart TB')).toHaveLength(2);
});
