import { isDeepStrictEqual } from 'node:util';
import { type ChartModel, shownEvent } from './chart-model.ts';
import { type Mark, markedChart } from './marked-chart.ts';
import type { Difference, DoneStep, Run, Step } from './model-run.ts';
import { type Reply, shown, shownReply } from './reply.ts';

/** A step of the shortest path to a difference. */
export interface PathStep {
  /** Counted from 1, in the order of their creation, as the message does; undefined when it is about the whole system. */
  readonly instance: number | undefined;
  /** `create`, `open` and `close` stand beside the events of the chart. */
  readonly type: string;
  /** The event with its payload, or the input of a creation. */
  readonly sent: unknown;
  /** The answer that the chart gives, and that of the system, or what it did instead of answering. */
  readonly expected: unknown;
  readonly actual: unknown;
}

interface DifferenceDetails {
  readonly index: number;
  readonly steps: readonly PathStep[];
  readonly chart: string;
  readonly seed?: number;
  readonly path?: string;
}

/**
 * A system, or a log of one, is not as its chart. The message shows how that comes about, and `cause` is the error with
 * which the system answered, if it did.
 */
export class ChartDifference extends Error {
  override readonly name = 'ChartDifference';
  /** By which test runners know an assertion. */
  readonly code = 'ERR_ASSERTION';
  readonly expected: unknown;
  readonly actual: unknown;
  /** Of the step, or of the entry of the log, counted from 0. */
  readonly index: number;
  /** Not enumerable, as `chart`: the message shows both, and who prints the members of an error would do it again. */
  declare readonly steps: readonly PathStep[];
  /** The chart as a Mermaid flowchart, with the path marked in it. */
  declare readonly chart: string;
  /** What repeats it, as options of `checkModel`. */
  readonly seed?: number;
  readonly path?: string;

  constructor(message: string, { expected, actual }: Difference, details: DifferenceDetails) {
    const cause = thrownIn(actual);
    super(message, cause === undefined ? undefined : { cause });
    this.expected = expected;
    this.actual = valueOf(actual);
    this.index = details.index;
    Object.defineProperty(this, 'steps', { value: details.steps });
    Object.defineProperty(this, 'chart', { value: details.chart });
    if (details.seed !== undefined) this.seed = details.seed;
    if (details.path !== undefined) this.path = details.path;
  }
}

/** So many steps before a difference are shown. */
const shownSteps = 20;

/** How a difference came about, for its message. */
export interface Story {
  /** `The system`, `The log`. */
  readonly subject: string;
  /** `step 3`, `entry 17`. */
  readonly place: string;
  /** Of its first step as the message counts: a log has entries counted from 0. */
  readonly firstNumber: number;
  readonly notes: readonly string[];
  readonly seed?: number;
  readonly path?: string;
}

/** The error that shows a difference: in words, step by step, and in a picture. */
export function differenceError(
  model: ChartModel,
  { done, difference }: Run & { readonly difference: Difference },
  story: Story,
): ChartDifference {
  const numbered = done.map((step, index) => ({ step, number: story.firstNumber + index }));
  const last = numbered.slice(-shownSteps);
  const left = done.length - last.length;
  const numbers = numbersOf(done);
  const named = namer(model, numbers);
  const chart = markedChart(model.machine, marksOf(last, named, difference));
  const message = [
    `${story.subject} is not as the chart "${model.name}": at ${story.place} the ${difference.about} ` +
      `is ${shownReply(difference.actual)}, expected ${shown(difference.expected)}.`,
    '',
    ...(left > 0 ? [`  … ${left} before`] : []),
    ...last.map(({ step, number }, index) => line(step, number, named, index === last.length - 1)),
    ...comparison(difference, named),
    '',
    ...hints(model, difference),
    ...story.notes,
    ...(story.notes.length > 0 ? [''] : []),
    chart,
  ];
  const { seed, path } = story;
  return new ChartDifference(message.join('\n'), difference, {
    index: done.length - 1,
    steps: done.map((step) => pathStep(step, numbers)),
    chart,
    ...(seed === undefined ? {} : { seed }),
    ...(path === undefined ? {} : { path }),
  });
}

/** Instances as they are counted from 1: those that were left out when the path was shortened do not count. */
function numbersOf(done: readonly DoneStep[]): ReadonlyMap<number, number> {
  const instances = new Set(done.flatMap(({ step }) => ('instance' in step ? [step.instance] : [])));
  return new Map([...instances].map((instance, index) => [instance, index + 1]));
}

/** What nobody who compares such a state can have meant. */
function hints({ showsLeaves }: ChartModel, { states }: Difference): string[] {
  const value = states?.actual.kind === 'answered' ? states.actual.value : undefined;
  if (!showsLeaves || typeof value !== 'object' || value === null) return [];
  return [
    'Without `stateOf` a state is compared with the name of the leaf. To compare it with more, give `stateOf`.',
    '',
  ];
}

type Namer = (instance: number | undefined) => string;

/** Instances are told apart where there are several. */
function namer(model: ChartModel, numbers: ReadonlyMap<number, number>): Namer {
  const word = /^\w+$/.test(model.name) ? model.name : 'instance';
  return (instance) =>
    instance === undefined ? 'the system' : numbers.size > 1 ? `${word} ${numbers.get(instance)}` : word;
}

function line(
  { step, before, after, answer }: DoneStep,
  number: number,
  named: Namer,
  isLast: boolean,
): string {
  const start = `${String(number).padStart(3)}. `;
  if (step.kind === 'open' || step.kind === 'close') return `${start}the system: ${step.kind}`;
  const what = `${named(step.instance)}: ${shownStep(step)}`;
  if (step.kind === 'create') return `${start}${what} → ${after}`;
  const move = before === after ? `stays ${after}` : `${before} → ${after}`;
  return `${start}${what} → ${isLast ? '' : `${shown(answer)}, `}${move}`;
}

/** What is done, on one line. */
export function shownStep(step: Step): string {
  if (step.kind === 'send') return shownEvent(step.event);
  return step.input === undefined ? 'create' : `create ${shown(withoutUnset(step.input))}`;
}

function comparison({ about, expected, actual, states, instance }: Difference, named: Namer): string[] {
  const answer = about === 'answer' ? both('answer', expected, actual) : [];
  return [...answer, ...(states ? both(`state of ${named(instance)}`, states.expected, states.actual) : [])];
}

function both(what: string, expected: unknown, actual: Reply): string[] {
  const texts = [shown(expected), shownReply(actual)];
  if (actual.kind === 'answered' && isDeepStrictEqual(expected, actual.value))
    return [`     ${what}, as expected: ${texts[0]}`];
  return [`     expected ${what}: ${texts[0]}`, `     actual ${what}:   ${texts[1]}`];
}

function marksOf(
  numbered: readonly { readonly step: DoneStep; readonly number: number }[],
  named: Namer,
  { about, actual }: Difference,
): Mark[] {
  return numbered.flatMap(({ step: { step, before, after, answer }, number }, index) => {
    if (step.kind !== 'send' || before === undefined || after === undefined) return [];
    const { type } = step.event;
    const hasFailed = index === numbered.length - 1;
    const who = named(step.instance).replace(/^\D+$/, '');
    const said =
      hasFailed && about === 'answer' ? `${shownReply(actual)}, not ${shown(answer)}` : shown(answer);
    const label = `${number}. ${who === '' ? '' : `${who} `}${type} / ${said}`;
    return [{ from: before, to: after, label, hasFailed }];
  });
}

/** Members that are undefined say nothing. */
function withoutUnset(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));
}

function pathStep({ step, answer, reply }: DoneStep, numbers: ReadonlyMap<number, number>): PathStep {
  const both = { expected: answer, actual: valueOf(reply) };
  if (step.kind === 'open' || step.kind === 'close')
    return { instance: undefined, type: step.kind, sent: undefined, ...both };
  const instance = numbers.get(step.instance);
  if (step.kind === 'create') return { instance, type: 'create', sent: step.input, ...both };
  return { instance, type: step.event.type, sent: step.event, ...both };
}

function valueOf(reply: Reply): unknown {
  if (reply.kind === 'answered') return reply.value;
  return reply.kind === 'threw' ? reply.error : shownReply(reply);
}

function thrownIn(reply: Reply): unknown {
  if (reply.kind === 'answered') return reply.fault;
  return reply.kind === 'threw' ? reply.error : undefined;
}
