import * as trees from '../life/tree-laws.ts';
import * as life from '../properties/laws-of-life.ts';
import type { HistoryLaw } from '../properties/laws-of-records.ts';
import * as records from '../properties/laws-of-records.ts';
import * as rules from '../properties/laws-of-rules.ts';
import * as time from '../properties/laws-of-time.ts';

type Laws = Readonly<Record<string, HistoryLaw>>;

const everyLaw: Laws = { ...records, ...life, ...rules, ...time };

/** One law has one name, wherever it is asked for. */
const names = new Map(Object.entries(everyLaw).map(([name, law]) => [law, name]));
const named = (laws: Laws): Laws =>
  Object.fromEntries(Object.entries(laws).map(([name, law]) => [names.get(law) ?? name, law]));

const { eventsTellEachStep, ...others } = everyLaw;

export const lawsOfPrograms: Laws = others;
/** Of programs with one supervisor. */
export const lawsOfSingles: Laws = { eventsTellEachStep: eventsTellEachStep as HistoryLaw };
export const lawsOfTrees: Laws = named({ ...trees.lawsOfTrees, ...rules, ...time });
/** Of trees whose supervisor is not stopped before the end. */
export const lawsOfTreesWithoutStop: Laws = named(trees.lawsWithoutStop);
/** What is looked at while a tree grows. */
export const lookAt = 'what a tree shows at rest';

/** The laws that are no function of a history: what a trial says by itself. */
export const otherLaws = [
  lookAt,
  'the chart answers as the rules do',
  'the chart leads where the rules do',
  'the chart changes what the rules do',
  'a change is one step of the sequence',
  'a supervisor answers as the rules do',
  'a supervisor goes where the rules lead',
  'busyScenario',
  'lossyScenario',
  'storeContract',
] as const;

export const lawNames: readonly string[] = [
  ...new Set(
    [lawsOfPrograms, lawsOfSingles, lawsOfTrees, lawsOfTreesWithoutStop].flatMap((laws) => Object.keys(laws)),
  ),
  ...otherLaws,
];
