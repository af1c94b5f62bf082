import { linearizable } from '../../src/testing/index.ts';
import type { History } from './history.ts';
import type { HistoryLaw } from './laws-of-records.ts';
import { operationsOf } from './operations-of-history.ts';
import { taskSpecification } from './task-specification.ts';

/** More than any program needs: a search that is as long says nothing, and costs a tenth of a second. */
const maxConfigurations = 20_000;

/** For each task the verdict on everything that was asked of it, and shown of it. */
export function verdictsOf(history: History) {
  return [...history.byKey()].map(([key, commits]) =>
    linearizable(operationsOf(history, key, commits), taskSpecification(history, key, commits), {
      maxConfigurations,
    }),
  );
}

/**
 * What clients and bodies were answered, and all that anybody was shown, is what the chart says of the same operations
 * one after the other, each at some moment between its call and its return. What the runtime does by itself may come at
 * any moment after what it follows from.
 */
export const answersHaveAnOrder: HistoryLaw = function* (history) {
  for (const { linearizable: isOne, message } of verdictsOf(history)) if (isOne === false) yield message;
};
