import { checkFunctions, checkKnown, invalid } from '../arguments.ts';
import type { ChartModel } from './chart-model.ts';
import type { AnyPort, AnySystem, ArbitraryLike } from './system.ts';

/** `others`: what it may have besides. @throws InvalidArgument for a description of a system that makes no sense, and for events that the chart cannot take. */
export function checkSystem(
  system: AnySystem,
  { eventTypes }: ChartModel,
  others: readonly string[] = [],
): void {
  checkKnown('system', system, ['open', 'inputs', 'create', 'events', 'state', 'close', ...others]);
  const { open, inputs, create, events, state, close } = system;
  if (typeof create !== 'function') throw invalid('create', 'a function', create);
  checkFunctions({ open, state, close });
  checkArbitrary('inputs', inputs);
  if (typeof events !== 'object' || events === null) throw invalid('events', 'an object', events);
  if (Object.keys(events).length === 0) throw invalid('events', 'at least one', events);
  const weights = Object.entries(events).map(([type, port]) => {
    if (eventTypes && !eventTypes.has(type))
      throw invalid(
        'a member of events',
        `an event that the chart knows, one of ${[...eventTypes].join(', ')}`,
        type,
      );
    return checkedWeight(`events.${type}`, port);
  });
  if (!weights.some((weight) => weight > 0))
    throw invalid('events', 'such that one is drawn: not all may have the weight 0', events);
}

function checkedWeight(name: string, port: AnyPort): number {
  checkKnown(name, port, ['send', 'weight', 'payload']);
  const { send, weight = 1, payload } = port;
  if (typeof send !== 'function') throw invalid(`${name}.send`, 'a function', send);
  if (!Number.isSafeInteger(weight) || weight < 0)
    throw invalid(`${name}.weight`, 'a whole number, at least 0', weight);
  checkArbitrary(`${name}.payload`, payload);
  return weight;
}

function checkArbitrary(name: string, arbitrary: ArbitraryLike<unknown> | undefined): void {
  if (arbitrary === undefined || typeof arbitrary?.generate === 'function') return;
  throw invalid(name, 'an arbitrary of fast-check', arbitrary);
}
