import type { ChartDifference, PathStep } from '../../../src/testing/index.ts';
import type { Sight } from './bodies.ts';
import type { QueueEvent, Setting } from './chart.ts';

/** What a queue that is not as the chart has broken, in the words of its users. */
export const laws = {
  slots: 'No more bodies run at once than there are slots; an abort frees none before the body is gone.',
  again: 'A job that was canceled and then fails is not run again.',
  twice: 'No job runs twice at once.',
} as const;

export type Law = keyof typeof laws;

/** The law that a difference is about; undefined when it is about none of them. Looked at when it has been found. */
export function brokenLaw({ expected, actual, steps }: ChartDifference, { slots }: Setting): Law | undefined {
  if (!isSight(expected) || !isSight(actual)) return undefined;
  if (new Set(actual.running).size < actual.running.length) return 'twice';
  if (actual.running.length > slots) return 'slots';
  const again = actual.starts.findIndex((starts, index) => starts > (expected.starts[index] ?? 0));
  return canceledIn(steps).has(again + 1) ? 'again' : undefined;
}

function isSight(state: unknown): state is Sight {
  return Array.isArray((state as Partial<Sight> | undefined)?.running);
}

function canceledIn(steps: readonly PathStep[]): ReadonlySet<number> {
  let jobs = 0;
  const canceled = new Set<number>();
  for (const { sent } of steps) {
    const event = sent as QueueEvent | Setting;
    if (!('type' in event)) continue;
    if (event.type === 'ADD') jobs += 1;
    if (event.type === 'CANCEL' && jobs > 0) canceled.add((event.nth % jobs) + 1);
  }
  return canceled;
}
