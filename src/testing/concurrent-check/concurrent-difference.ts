import type { AnyMachineSnapshot } from 'xstate';
import { report } from '../linearizability/report.ts';
import { type ChartModel, leafAt } from '../model-check/chart-model.ts';
import { type Mark, markedChart } from '../model-check/marked-chart.ts';
import { shownReply } from '../model-check/reply.ts';
import type { Failure, Run } from './concurrent-run.ts';
import { type Answer, type History, type Refusal, showAnswer, specificationOf, stepOf } from './judgement.ts';
import { turnLines } from './turn-lines.ts';

/** A call of the shortest program that was found. */
export interface ConcurrentCall {
  /** `client 1`; `the end` for the look at an instance when everything has come to rest. */
  readonly client: string;
  readonly instance: string;
  /** The type of the event; `state` for a look. */
  readonly type: string;
  /** The event with its payload; undefined for a look. */
  readonly sent: unknown;
  /** What it was answered, or what the system did instead of answering. */
  readonly actual: unknown;
}

interface Details {
  readonly calls: readonly ConcurrentCall[];
  readonly turns: readonly string[];
  readonly chart: string;
  readonly seed: number;
  readonly path?: string;
}

/** A system that several clients call at once is not as its chart. The message shows how that comes about. */
export class ConcurrentDifference extends Error {
  override readonly name = 'ConcurrentDifference';
  /** By which test runners know an assertion. */
  readonly code = 'ERR_ASSERTION';
  /** Not enumerable, as the next two: the message shows them, and who prints the members of an error would do it again. */
  declare readonly calls: readonly ConcurrentCall[];
  /** In which order things happened, as the message shows them. */
  declare readonly turns: readonly string[];
  /** The chart as a Mermaid flowchart, with the order that explains most marked in it. */
  declare readonly chart: string;
  /** What repeats it, as options of `checkConcurrent`. */
  readonly seed: number;
  readonly path?: string;

  constructor(message: string, { calls, turns, chart, seed, path }: Details) {
    super(message);
    for (const [name, value] of Object.entries({ calls, turns, chart }))
      Object.defineProperty(this, name, { value });
    this.seed = seed;
    if (path !== undefined) this.path = path;
  }
}

/** What else the message says. */
export interface Story {
  readonly seed: number;
  readonly path: string | null;
  readonly isSteady: boolean;
}

/** The error that shows a difference: in words, along the time, and in a picture. */
export function differenceError(
  model: ChartModel,
  run: Run & { readonly failure: Failure },
  { seed, path, isSteady }: Story,
): ConcurrentDifference {
  const { failure, history } = run;
  const calls = history.filter(({ client }) => !String(client).startsWith('itself')).map(callOf);
  const turns = failure.about === 'order' ? turnLines(model, run) : [];
  const chart =
    failure.about === 'order' ? chartOf(model, run, failure.verdict) : markedChart(model.machine, []);
  const again = `To repeat it, add to the options: seed: ${seed}, path: '${path}'`;
  const message = [
    ...wordsOf(model, run, calls.length),
    ...(turns.length > 0 ? ['', 'What happened, in order:', ...numbered(turns)] : []),
    '',
    chart,
    '',
    again,
    ...(isSteady ? [] : ['It did not differ again when these calls were repeated.']),
  ].join('\n');
  return new ConcurrentDifference(message, { calls, turns, chart, seed, ...(path === null ? {} : { path }) });
}

function wordsOf(model: ChartModel, run: Run & { readonly failure: Failure }, calls: number): string[] {
  const { failure } = run;
  const is = `The system is not as the chart "${model.name}"`;
  if (failure.about !== 'order') {
    const expected = { open: 'a system', create: 'an instance', close: 'its end' }[failure.about];
    return [`${is}: ${failure.about} is ${shownReply(failure.reply)}, expected ${expected}.`];
  }
  const { verdict } = failure;
  if (verdict.overdue.answer?.kind === 'silent')
    return [`${is}: a call is not answered.`, '', unanswered(model, run, verdict)];
  const what =
    calls === 1 ? 'a call is answered as it cannot be' : `no order of ${calls} calls has their answers`;
  return [`${is}: ${what}.`, '', verdict.message];
}

/** The report of the verdict, in which what is not answered does not return. */
function unanswered(model: ChartModel, { history, inputs }: Run, verdict: Refusal): string {
  const { key, prefix, overdue } = verdict;
  const first = model.first(inputs.get(key)) as AnyMachineSnapshot;
  const state = prefix.reduce(
    (before, { invocation }) => stepOf(model, before, invocation.operation).state,
    first,
  );
  const open = (invocation: History[number]) => {
    const { returnedAt: _, answer, ...call } = invocation;
    return answer?.kind === 'silent' ? call : invocation;
  };
  const own = history.filter((invocation) => invocation.key === key).map(open);
  return report({ ...verdict, overdue: open(overdue) }, state, own, specificationOf(model, inputs));
}

function numbered(turns: readonly string[]): string[] {
  const left = turns.length - mostTurns;
  const lines = turns.map((turn, index) => `${String(index + 1).padStart(3)}. ${turn}`);
  return left > 0 ? [...lines.slice(0, mostTurns), `  … ${left} more`] : lines;
}

/** So many say enough. */
const mostTurns = 60;

function callOf({ client, key, operation, answer }: History[number]): ConcurrentCall {
  const sent = 'observe' in operation ? undefined : operation;
  return { client: String(client), instance: key, type: operation.type, sent, actual: valueOf(answer) };
}

function valueOf(answer: Answer | undefined): unknown {
  if (answer === undefined) return undefined;
  if (answer.kind === 'threw') return answer.error;
  return answer.kind === 'silent' ? shownReply(answer) : answer.value;
}

/** The longest beginning that the chart explains, and where it leads that which it does not. */
function chartOf(model: ChartModel, { inputs }: Run, { key, prefix, refused, overdue }: Refusal): string {
  let snapshot = model.first(inputs.get(key)) as AnyMachineSnapshot;
  const marks: Mark[] = [];
  for (const [index, { invocation, answer }] of prefix.entries()) {
    const { operation, client } = invocation;
    const { state } = stepOf(model, snapshot, operation);
    const label = `${index + 1}. ${String(client)} ${operation.type} / ${showAnswer(answer)}`;
    if (!('observe' in operation)) marks.push(markOf(snapshot, state, label, false));
    snapshot = state;
  }
  const missing = refused.find(({ invocation }) => invocation === overdue);
  if (missing && !('observe' in overdue.operation)) {
    const { state } = stepOf(model, snapshot, overdue.operation);
    const [expected] = missing.expected;
    const said = [overdue.answer, expected].flatMap((answer) => (answer ? [showAnswer(answer)] : []));
    const label = `${String(overdue.client)} ${overdue.operation.type} / ${said.join(', not ')}`;
    marks.push(markOf(snapshot, state, label, true));
  }
  return markedChart(model.machine, marks);
}

function markOf(
  before: AnyMachineSnapshot,
  after: AnyMachineSnapshot,
  label: string,
  hasFailed: boolean,
): Mark {
  return { from: leafAt(before), to: leafAt(after), label, hasFailed };
}
