import { isDeepStrictEqual } from 'node:util';
import type { TaskRecord } from '../../src/index.ts';
import { isFinal, stateOf } from '../../src/record.ts';
import type { Asked, BodyRun, Commit, History } from './history.ts';
import type { HistoryLaw } from './laws-of-records.ts';
import { isAllowed, ruledAnswer } from './rules.ts';

/** The steps that were told, with the records before and after; what was committed together hides those between. */
function* steps(history: History): Iterable<Commit & { before: TaskRecord; event: string; outcome: string }> {
  const commits = new Map(
    history.commits.map((commit) => [`${commit.by} ${commit.record.key} ${commit.record.sequence}`, commit]),
  );
  for (const { by, event } of history.told) {
    // What creates, or asks whether one may, is no step of a life.
    if (event.kind !== 'changed' || /^(CREATE|SPAWN)$/.test(event.event)) continue;
    const name = `${by} ${event.key} ${event.sequence}`;
    const commit = commits.get(name);
    // A second event of one step is none of the chart's.
    commits.delete(name);
    const before = commit?.before;
    if (!before || before.sequence !== event.sequence - 1) continue;
    yield { ...commit, before, event: event.event, outcome: event.outcome };
  }
}

export const everyStepIsAllowed: HistoryLaw = function* (history) {
  for (const { at, before, record, event, outcome } of steps(history)) {
    if (!isAllowed(before, record, event, outcome))
      yield `${at}: ${event} / ${outcome} led from ${history.show(before)} to ${history.show(record)}`;
  }
};

/** The records that were there at some time of a call; and whether others were, of which nothing is known. */
function meanwhile(
  commits: readonly Commit[],
  { calledAt, returnedAt = 0 }: Asked,
): { records: TaskRecord[]; isHidden: boolean } {
  const found = commits.filter(
    ({ at }, index) => at < returnedAt && (commits[index + 1]?.at ?? returnedAt) > calledAt,
  );
  const isHidden = found.some(({ record, before }) => record.sequence - (before?.sequence ?? 0) > 1);
  return { records: found.map(({ record }) => record), isHidden };
}

const isSettledByTask = ({ fault, returnedAt }: Asked) =>
  returnedAt !== undefined && fault !== 'SupervisorStopped' && fault !== 'StoreFailed';

export const answersAreTheRules: HistoryLaw = function* (history) {
  const byKey = history.byKey();
  for (const call of history.asked.filter(isSettledByTask)) {
    const { what, key = '', fault, value, id } = call;
    const { records, isHidden } = meanwhile(byKey.get(key) ?? [], call);
    const could = records.map((record) => ruledAnswer(record, what));
    const answer = fault ?? (what === 'cancel' ? String(value) : 'ok');
    if (isHidden || could.length === 0 || could.some((one) => one === undefined || one === answer)) continue;
    yield `${what} ${id} of ${history.name(key)} was told ${answer}, and by the rules it is ${could.join()}`;
  }
};

/** What an accepted operation makes true. */
const makes: Readonly<Record<string, (record: TaskRecord, to: string) => boolean>> = {
  progress: ({ life }, to) => life.progress === Math.max(0, Math.min(100, Number(to))),
  describe: ({ life }) => life.description?.key === 'k',
  setCancelable: ({ life }, to) => life.cancelable === (to === 'true'),
  custom: ({ life }, to) => life.customValue?.['note'] === (to === 'undefined' ? undefined : to),
};

export const whatIsAcceptedIsDone: HistoryLaw = function* (history) {
  const byKey = history.byKey();
  for (const call of history.asked.filter((one) => isSettledByTask(one) && one.fault === undefined)) {
    const [operation = '', to = ''] = call.what.split(' ');
    const isMade = makes[operation];
    if (!isMade) continue;
    const { records, isHidden } = meanwhile(byKey.get(call.key ?? '') ?? [], call);
    if (!isHidden && !records.some((record) => isMade(record, to)))
      yield `${call.what} ${call.id} of ${history.name(call.key)} was accepted, and did nothing`;
  }
};

function faultTold(outcome: string, { life }: TaskRecord): string {
  if (outcome === 'fault') return 'ExtendedFault';
  return outcome === 'canceled' || life.cancelled ? 'RequestCanceled' : 'SystemError';
}

export const aStateThatIsSetStands: HistoryLaw = function* (history) {
  const byKey = history.byKey();
  for (const { what, key = '', returnedAt, fault, id } of history.asked) {
    const [, state, outcome = ''] = /^setState (success|error) (\w+)/.exec(what) ?? [];
    const last = byKey.get(key)?.at(-1)?.record;
    if (state === undefined || !last || returnedAt === undefined || fault !== undefined) continue;
    const told = state === 'error' ? faultTold(outcome, last) : undefined;
    const result = outcome === 'result' ? '[7]' : undefined;
    if (last.leaf !== state || last.life.error?.fault.name !== told || last.life.result !== result)
      yield `${what} ${id} of ${history.name(key)} was accepted, and it is ${history.show(last)}`;
  }
};

/** The run whose end this step dealt with; undefined where the body ended before its first line. */
function runOf(history: History, { at, before }: Commit & { before: TaskRecord }): BodyRun | undefined {
  const { key } = before;
  const started = history.commits.find(
    ({ record }) => record.key === key && record.life.fence === before.life.fence,
  );
  return history.bodies.find(
    (run) => run.key === key && run.enteredAt > (started?.at ?? at) && (run.leftAt ?? at) < at,
  );
}

/** By where the task was when its body threw: the fault that it has of that. */
function faultOf(run: BodyRun, leaf: string): string | undefined {
  if (run.threw === undefined) return undefined;
  if (run.threw.isAbort && leaf === 'running.canceling') return 'RequestCanceled';
  if (run.threw.isAbort && leaf === 'running.expiring') return 'Timedout';
  return run.threw.name === 'RequestCanceled' ? 'SystemError' : run.threw.name;
}

export const anEndIsTheBodys: HistoryLaw = function* (history) {
  for (const step of steps(history)) {
    const { event, before, record, at } = step;
    const run = event.startsWith('BODY_') ? runOf(history, step) : undefined;
    if (!run || !('threw' in run) || before.leaf === 'running.evicting') continue;
    const { error, held, attempts } = record.life;
    const fault = error ?? (held && 'error' in held ? held.error : undefined) ?? attempts.at(-1)?.error;
    const is = record.leaf === 'success' ? undefined : fault?.fault.name;
    if (is !== faultOf(run, before.leaf))
      yield `${at}: the body threw ${run.threw?.name}, and it is ${history.show(record)} (${is})`;
  }
};

function isLeaving(history: History, by: number): boolean {
  return history.asked.some((call) => call.by === by && /^(stop|drain)$/.test(call.what));
}

/** When all is quiet more time has passed than any body may take, and than any may take to end. */
export const timeIsKept: HistoryLaw = function* (history) {
  for (const commits of history.byKey().values()) {
    const record = commits.findLast(({ at }) => at < history.quietAt)?.record;
    const run = history.bodies.findLast(
      (body) => body.key === record?.key && body.enteredAt < history.quietAt,
    );
    if (!record || !run || stateOf(record) !== 'running' || isLeaving(history, run.by)) continue;
    const isTimed = record.creation.type === 'stubborn' || record.creation.type === 'timed';
    if (record.leaf === 'running.active' && isTimed && run.leftAt === undefined)
      yield `${history.name(record.key)} runs on, and its time is over`;
    if (/\.(canceling|expiring|evicting)$/.test(record.leaf) && record.life.unresponsiveAt === undefined)
      yield `${history.name(record.key)} was aborted, its grace is over, and nobody says so`;
  }
};

const isMaybeSaved = ({ what, fault }: Asked) =>
  what === 'late checkpoint' && fault !== 'NotSupported' && fault !== 'InvalidState';

export const checkpointsAreKept: HistoryLaw = function* (history) {
  for (const runs of Map.groupBy(history.bodies, ({ key }) => key).values()) {
    let could: unknown[] = [undefined];
    for (const run of runs) {
      const { checkpoint, saves = [], key, enteredAt } = run;
      if (!could.some((one) => isDeepStrictEqual(one, checkpoint)))
        yield `${enteredAt}: ${history.name(key)} was given the checkpoint ${String(checkpoint)}`;
      for (const { value, isSaved } of saves) could = isSaved ? [value] : [...could, value];
      // Until its end is committed, a body that has ended may still speak.
      if (history.asked.some((call) => call.late === run && isMaybeSaved(call))) could = [...could, 'late'];
    }
  }
};

/** One key stands for one task, whoever submits it, and however often. */
export const aKeyIsOneTask: HistoryLaw = function* (history) {
  const keyed = history.asked.filter(({ what }) => what.startsWith('submit '));
  for (const [name, calls] of Map.groupBy(keyed, ({ what }) => what.split(' ').slice(0, 3).join(' '))) {
    const made = calls.filter(({ fault, returnedAt }) => fault === undefined && returnedAt !== undefined);
    if (new Set(made.map(({ value }) => value)).size > 1) yield `${name} made more than one task`;
    if (new Set(made.map(({ what }) => what)).size > 1) yield `${name} took one input for another`;
    const isOneInput = new Set(calls.map(({ what }) => what)).size === 1;
    if (isOneInput && calls.some(({ fault }) => fault === 'InvalidArgument'))
      yield `${name} was refused with the same input`;
  }
};

/** Whoever waited for the end is told the end that was committed. */
export const waitersHearTheEnd: HistoryLaw = function* (history) {
  const byKey = history.byKey();
  for (const { what, key = '', value, fault, id, returnedAt } of history.asked) {
    if (what !== 'result' || fault !== undefined || returnedAt === undefined) continue;
    const last = byKey.get(key)?.find(({ record }) => isFinal(record))?.record;
    const name = last?.life.error?.fault.name;
    const isIt = name === undefined ? last?.leaf === 'success' : value === `outcome ${name}`;
    if (!isIt) yield `result ${id} of ${history.name(key)} was ${String(value)}, and it is ${last?.leaf}`;
  }
};

/** What an attempt says that has lost its task changes nothing, and is refused as the task then is. */
export const theOldAttemptIsRefused: HistoryLaw = function* (history) {
  const byKey = history.byKey();
  for (const call of history.asked.filter(isSettledByTask)) {
    const { what, key = '', calledAt, fault = 'ok' } = call;
    const run = history.bodies.findLast((body) => body.key === key && (body.leftAt ?? calledAt) < calledAt);
    if (!what.startsWith('late ') || !run) continue;
    const commits = byKey.get(key) ?? [];
    const own = commits.findLast(({ at }) => at < run.enteredAt)?.record.life.fence;
    const could = meanwhile(commits, call).records.map((record) => {
      if (isFinal(record)) return 'InvalidState';
      return record.life.fence === own ? undefined : 'NotSupported';
    });
    if (!could.some((one) => one === undefined || one === fault))
      yield `${calledAt}: ${what} of an old attempt of ${history.name(key)} was told ${fault}, not ${could.join()}`;
  }
};

/** A supervisor that has stopped has told every body to end that is left when all is quiet. */
export const whoIsLeftWasTold: HistoryLaw = function* ({ asked, bodies, quietAt, gateAt, isTroubled }) {
  for (const { what, by, returnedAt, fault } of asked) {
    if (!/^(stop|last stop)$/.test(what) || returnedAt === undefined || fault !== undefined || isTroubled)
      continue;
    // Where the store answers only after the stop, it is told then.
    const end = Math.max(returnedAt, what === 'stop' ? quietAt : gateAt);
    for (const { key, aborts, enteredAt, leftAt = Number.POSITIVE_INFINITY, by: where } of bodies)
      if (where === by && enteredAt < returnedAt && leftAt > end && aborts.length === 0)
        yield `${what} at ${returnedAt} left the body of ${key}, which was not told`;
  }
};
