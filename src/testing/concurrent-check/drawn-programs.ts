import type { Arbitrary } from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import type { AnyMachineSnapshot } from 'xstate';
import type { ChartModel } from '../model-check/chart-model.ts';
import type { FastCheck } from '../model-check/fast-check.ts';
import { arbitrary } from '../model-check/program.ts';
import type { Command, Program, ProgramSize } from './concurrent-program.ts';
import type { AnyConcurrentSystem } from './concurrent-system.ts';

/** A command as it is drawn: of several, the first that changes something is taken, unless it is to be any. */
interface Draw {
  readonly instance: number;
  readonly events: readonly Command['event'][];
  readonly isAny: boolean;
}

const drawsEach = 3;

/** Programs for several clients, each of which has something to do. */
export function programs(
  fc: FastCheck,
  model: ChartModel,
  system: AnyConcurrentSystem,
  size: ProgramSize,
): Arbitrary<Program> {
  const { clients, maxCommandsEach, maxInstances } = size;
  const command = fc.record({
    instance: instances(fc, maxInstances),
    events: fc.array(events(fc, system), { minLength: drawsEach, maxLength: drawsEach }),
    isAny: fc.boolean(),
  });
  const commands = fc.array(command, { minLength: 1, maxLength: maxCommandsEach, size: 'max' });
  const inputs = arbitrary(system.inputs) ?? fc.constant(undefined);
  return fc
    .record({
      inputs: fc.array(inputs, { minLength: maxInstances, maxLength: maxInstances }),
      draws: fc.array(commands, { minLength: clients, maxLength: clients, size: 'max' }),
      chance: fc.nat(),
    })
    .map(({ draws, ...drawn }) => ({
      ...drawn,
      clients: chosen(model, drawn.inputs, draws),
      isSeenAtEnd: true,
    }));
}

/** Mostly the first: what is concurrent shows where clients meet. */
function instances(fc: FastCheck, most: number): Arbitrary<number> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(most - 1) });
}

function events(fc: FastCheck, system: AnyConcurrentSystem): Arbitrary<Command['event']> {
  const sent = Object.entries(system.events).map(([type, { payload, weight = 1 }]) => ({
    weight,
    arbitrary: ((arbitrary(payload) as Arbitrary<object> | undefined) ?? fc.constant({})).map((rest) => ({
      ...rest,
      type,
    })),
  }));
  return system.state
    ? fc.oneof(...sent, { weight: 1, arbitrary: fc.constant(undefined) })
    : fc.oneof(...sent);
}

/** All clients do something that would change the same state, then what would change the next one, and so on. */
function chosen(
  model: ChartModel,
  inputs: readonly unknown[],
  draws: readonly (readonly Draw[])[],
): Command[][] {
  const snapshots = inputs.map((input) => model.first(input));
  const clients = draws.map((): Command[] => []);
  for (let round = 0; draws.some(({ length }) => length > round); round += 1) {
    const before = [...snapshots];
    for (const [index, commands] of clients.entries()) {
      const draw = draws[index]?.[round];
      if (!draw) continue;
      const { instance } = draw;
      const event = eventOf(model, draw, before[instance] as AnyMachineSnapshot);
      if (event) snapshots[instance] = model.take(snapshots[instance] as AnyMachineSnapshot, event).after;
      commands.push({ id: `${index + 1}.${round + 1}`, instance, event });
    }
  }
  return clients;
}

function eventOf(model: ChartModel, { events: drawn, isAny }: Draw, before: AnyMachineSnapshot) {
  const moving = drawn.find((event) => event && isChanged(before, model.take(before, event).after));
  return isAny ? drawn[0] : (moving ?? drawn[0]);
}

function isChanged(before: AnyMachineSnapshot, after: AnyMachineSnapshot): boolean {
  const seen = ({ value, context }: AnyMachineSnapshot) => [value, context];
  return before !== after && !isDeepStrictEqual(seen(before), seen(after));
}
