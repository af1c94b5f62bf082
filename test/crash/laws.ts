import type { TaskInfo } from '../../src/index.ts';
import { expectedResult } from './bodies.ts';
import type { BodyRun, History, Said } from './history.ts';

export interface Breach {
  readonly law: string;
  readonly message: string;
}

/** What the file holds when all is over, and what was said before. */
export interface Case {
  readonly history: History;
  readonly tasks: ReadonlyMap<string, TaskInfo>;
}

type Law = (given: Case) => readonly string[];

const isFinal = ({ state }: TaskInfo) => state === 'success' || state === 'error';

function grouped<T>(values: readonly T[], nameOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(values, nameOf);
}

/** A task that was told of, as the file has it; what is missing is another law's. */
function* found<T extends { readonly key: string }>({ tasks }: Case, entries: readonly T[]) {
  for (const entry of entries) {
    const info = tasks.get(entry.key);
    if (info) yield [entry, info] as const;
  }
}

const nothingIsMissing: Law = ({ history, tasks }) => {
  const named = [...history.of('key'), ...history.of('child'), ...history.of('start')];
  return named.filter(({ key }) => !tasks.has(key)).map(({ kind, key, by }) => `${kind} ${key} of ${by}`);
};

const noneIsStuck: Law = ({ history, tasks }) =>
  [...tasks.values()]
    .filter((info) => !isFinal(info))
    .map(({ key, descriptionId, state, cancelled }) => {
      const last = history.said.findLast((entry) => 'key' in entry && entry.key === key);
      return `${descriptionId} ${key} is ${state}${cancelled ? ', asked' : ''}; last: ${JSON.stringify(last)}`;
    });

const oneSuccess: Law = ({ history }) => {
  const successes = history.of('committed').filter(({ state }) => state === 'success');
  const ends = successes.filter(({ event }) => event.startsWith('BODY') || event === 'CHILDREN_ENDED');
  return [...grouped(ends, ({ key }) => key)]
    .filter(([, times]) => times.length > 1)
    .map(([key, times]) => `${key}: ${times.map(({ by }) => by).join(', ')}`);
};

/** Whoever was told an end was told the end. */
const endsStand: Law = (given) => {
  const ends = [
    ...given.history.of('seen'),
    ...given.history.of('state').filter(({ state }) => state === 'success' || state === 'error'),
  ];
  const wrong: string[] = [];
  for (const [entry, info] of found(given, ends)) {
    const isSame = entry.kind !== 'seen' || JSON.stringify(entry.result) === JSON.stringify(info.result);
    if (entry.state !== info.state || !isSame)
      wrong.push(
        `${entry.key}: told ${JSON.stringify(entry)}, is ${info.state} ${JSON.stringify(info.result)}`,
      );
  }
  return wrong;
};

const cancelsEnd: Law = (given) => {
  const wrong: string[] = [];
  for (const [{ key, receipt, at }, info] of found(given, given.history.of('receipt'))) {
    if (!info.cancelled || !isFinal(info))
      wrong.push(`${key}: ${receipt}, is ${info.state}, ${info.cancelled}`);
    const isCanceled = info.error?.fault.name === 'RequestCanceled';
    const later = given.history.runs.find((run) => run.key === key && run.from > at);
    if (receipt === 'canceled' && (!isCanceled || later))
      wrong.push(`${key}: canceled while queued, is ${info.state}, body ${later?.by ?? 'none'}`);
  }
  return wrong;
};

function isOverlapExcused({ history }: Case, first: BodyRun, second: BodyRun): boolean {
  const endedAt = history.leaseEndedAt(first.by);
  return endedAt !== undefined && endedAt <= second.from;
}

/** Those whose processes were not known to be lost when the next body started. */
const oneBody: Law = (given) =>
  [...grouped(given.history.runs, ({ key }) => key)].flatMap(([key, runs]) => {
    const inOrder = runs.toSorted((a, b) => a.from - b.from);
    return inOrder.flatMap((second, index) =>
      inOrder
        .slice(0, index)
        .filter((first) => first.to > second.from && !isOverlapExcused(given, first, second))
        .map((first) => `${key}: of ${first.by} until ${first.to}, of ${second.by} from ${second.from}`),
    );
  });

const noBodyAfterTheEnd: Law = (given) => {
  const ends = new Map<string, number>();
  const final = (state: string) => state === 'success' || state === 'error';
  for (const entry of [...given.history.of('seen'), ...given.history.of('committed')])
    if (final(entry.state)) ends.set(entry.key, Math.min(entry.at, ends.get(entry.key) ?? Infinity));
  return given.history.runs
    .filter(({ key, from }) => from > (ends.get(key) ?? Infinity))
    .map(({ key, by }) => `${key} of ${by}`);
};

const nameOf = (entry: Said<'key'>) => entry.idempotencyKey ?? '';

/** A name gave one task, by what was told and by what is in the file. */
const namesGiveOne: Law = ({ history, tasks }) => {
  const named = history.of('key').filter(({ idempotencyKey }) => idempotencyKey !== undefined);
  const told = [...grouped(named, nameOf)].map(
    ([name, all]) => [name, new Set(all.map(({ key }) => key))] as const,
  );
  const infos = [...tasks.values()].filter(({ entity }) => entity !== undefined);
  const kept = [...grouped(infos, ({ parentTaskKey, entity }) => `${parentTaskKey ?? ''} ${entity}`)];
  return [
    ...told.filter(([, keys]) => keys.size > 1).map(([name, keys]) => `${name}: ${[...keys].join(', ')}`),
    ...kept
      .filter(([, all]) => all.length > 1)
      .map(([name, all]) => `in the file: ${name}, ${all.length} times`),
  ];
};

/** An attempt is given the last checkpoint that was acknowledged before it, or a later one. */
const checkpointsGoOn: Law = ({ history }) => {
  const saved = grouped(history.of('saved'), ({ key }) => key);
  return history.runs.flatMap(({ key, from, checkpoint, by }) => {
    const before = (saved.get(key) ?? []).filter(({ at }) => at < from).map(({ value }) => value);
    const least = Math.max(0, ...before);
    return checkpoint >= least ? [] : [`${key} of ${by}: given ${checkpoint}, acknowledged ${least}`];
  });
};

/** A task that nobody asked to end ended as its body has it. */
const endsAreTheBodys: Law = (given) => {
  const wrong: string[] = [];
  for (const [{ key, type, input }, info] of found(given, given.history.of('key'))) {
    if (info.cancelled || !isFinal(info) || type === 'driven' || type === 'deaf') continue;
    const expected = expectedResult(type, input);
    const state = expected === undefined ? 'error' : 'success';
    if (info.state === state && JSON.stringify(info.result) === JSON.stringify(expected)) continue;
    wrong.push(
      `${type} ${key}: ${info.state} ${JSON.stringify(info.result ?? info.error?.localizedMessage)}`,
    );
  }
  return wrong;
};

const nobodyIsRefused: Law = ({ history }) =>
  history.of('refused').map(({ by, what, fault }) => `${what} of ${by}: ${fault}`);

export const laws: Readonly<Record<string, Law>> = {
  'nothing that was acknowledged is missing': nothingIsMissing,
  'no task is stuck': noneIsStuck,
  'no task succeeds twice': oneSuccess,
  'an end that was told stands': endsStand,
  'every accepted cancel leads to the end': cancelsEnd,
  'no two bodies of one task run at the same time': oneBody,
  'no body starts after the end of its task': noBodyAfterTheEnd,
  'a name gives one task': namesGiveOne,
  'the next attempt goes on from the last acknowledged checkpoint, or a later one': checkpointsGoOn,
  'a task that nobody asked to end ends as its body has it': endsAreTheBodys,
  'no call fails': nobodyIsRefused,
};

export function breachesOf(given: Case): readonly Breach[] {
  return Object.entries(laws).flatMap(([law, isBroken]) =>
    isBroken(given).map((message) => ({ law, message })),
  );
}
