import type { Arbitrary } from 'fast-check';
import type { AnyMachineSnapshot } from 'xstate';
import { invalid } from '../arguments.ts';
import { ChartFails } from './chart-fault.ts';
import { type ChartModel, leafAt } from './chart-model.ts';
import type { FastCheck } from './fast-check.ts';
import type { Step } from './model-run.ts';
import { type AnySystem, type ArbitraryLike, type SequenceSize, portOf } from './system.ts';

/** An event, and whom it is sent to: `ago` counts from the instance made last, of all or of those that have not ended. */
interface Draw {
  readonly type: string;
  readonly payload: object;
  readonly ago: number;
  readonly ofLive: boolean;
}

/** One of the commands that are drawn. Of several draws the first that shows something new of the chart is sent. */
type Command =
  | { readonly kind: 'create'; readonly input: unknown }
  | { readonly kind: 'send'; readonly draws: readonly Draw[] };

export type Program = readonly [first: Command, rest: readonly Command[]];

export interface ProgramSize {
  readonly maxCommands: number;
  readonly maxInstances: number;
  readonly size: SequenceSize;
}

/** Sequences of commands that begin with a creation, and in which every event may be sent to every instance. */
export function programs(fc: FastCheck, system: AnySystem, limits: ProgramSize): Arbitrary<Program> {
  const { maxCommands, maxInstances, size } = limits;
  const creation: Arbitrary<Command> = fc.record({
    kind: fc.constant('create' as const),
    input: arbitrary(system.inputs) ?? fc.constant(undefined),
  });
  const events = Object.entries(system.events).map(([type, { payload, weight = 1 }]) => ({
    weight,
    arbitrary: fc.record({
      type: fc.constant(type),
      payload: (arbitrary(payload) as Arbitrary<object> | undefined) ?? fc.constant({}),
      ago: fc.nat({ max: maxInstances - 1 }),
      // What has ended takes no more events: that is soon known.
      ofLive: fc.constantFrom(false, true, true),
    }),
  }));
  const draws = fc.array(fc.oneof(...events), { minLength: drawsEach, maxLength: drawsEach });
  const sending: Arbitrary<Command> = fc.record({ kind: fc.constant('send' as const), draws });
  const command = fc.oneof({ weight: 5, arbitrary: sending }, { weight: 1, arbitrary: creation });
  return fc.tuple(creation, fc.array(command, { maxLength: maxCommands - 1, size }));
}

const drawsEach = 3;

/** Follows the chart while a program is made into steps. */
class Guide {
  readonly steps: Step[] = [];
  readonly #model: ChartModel;
  readonly #snapshots: AnyMachineSnapshot[] = [];
  readonly #seen = new Set<string>();

  constructor(model: ChartModel) {
    this.#model = model;
  }

  get live(): number[] {
    return [...this.#snapshots.keys()].filter((index) => this.#snapshots[index]?.status === 'active');
  }

  create(input: unknown): void {
    const step: Step = { kind: 'create', instance: this.#snapshots.length, input };
    this.#snapshots.push(this.#following(step, () => this.#model.first(input)));
    this.steps.push(step);
  }

  send(draws: readonly Draw[]): void {
    const choices = draws.map((draw) => this.#taken(draw));
    const chosen = choices.find(({ sight }) => !this.#seen.has(sight)) ?? choices[0];
    if (!chosen) return;
    this.#seen.add(chosen.sight);
    this.#snapshots[chosen.instance] = chosen.after;
    this.steps.push({ kind: 'send', instance: chosen.instance, event: chosen.event });
  }

  /** What the chart would make of it. `sight`: the part of the chart that it would show. */
  #taken({ ago, ofLive, payload, type }: Draw) {
    const { live } = this;
    const among = ofLive && live.length > 0 ? live : [...this.#snapshots.keys()];
    const instance = among.at(-1 - (ago % among.length)) as number;
    if (typeof payload !== 'object' || payload === null)
      throw invalid(`events.${type}.payload`, 'an arbitrary of objects', payload);
    const event = { ...payload, type };
    const { before, after, outcome } = this.#following({ kind: 'send', instance, event }, () =>
      this.#model.take(this.#snapshots[instance] as AnyMachineSnapshot, event),
    );
    return { instance, event, after, sight: [leafAt(before), type, outcome, leafAt(after)].join(' ') };
  }

  #following<T>(step: Step, follow: () => T): T {
    try {
      return follow();
    } catch (error) {
      throw new ChartFails([...this.steps, step], error);
    }
  }
}

/**
 * The steps of a program: each names its instance. Beyond the most instances none is made.
 *
 * @throws ChartFails when the chart cannot take one of them.
 */
export function stepsOf([first, rest]: Program, model: ChartModel, { maxInstances }: ProgramSize): Step[] {
  const guide = new Guide(model);
  for (const command of [first, ...rest]) {
    if (command.kind === 'send') guide.send(command.draws);
    else if (guide.live.length < maxInstances) guide.create(command.input);
  }
  return guide.steps;
}

/** The same step with a simpler payload, simplest first, as far as its arbitrary can tell without having drawn it. */
export function* simplerSteps(system: AnySystem, step: Step): Iterable<Step> {
  if (step.kind === 'create') {
    for (const input of simpler(system.inputs, step.input)) yield { ...step, input };
    return;
  }
  const { type, ...payload } = step.event;
  for (const next of simpler(portOf(system, type)?.payload, payload))
    yield { ...step, event: { ...(next as object), type } };
}

/** Some steps that could be taken in the place of this one; always the same ones. */
export function otherSteps(fc: FastCheck, system: AnySystem, step: Step): Step[] {
  const draw = (of: ArbitraryLike<unknown> | undefined) =>
    of ? fc.sample(arbitrary(of) as Arbitrary<unknown>, { seed: 1, numRuns: drawnSteps }) : [{}];
  if (step.kind === 'create')
    return system.inputs ? draw(system.inputs).map((input) => ({ ...step, input })) : [];
  return Object.entries(system.events).flatMap(([type, { payload }]) =>
    draw(payload).map((drawn) => ({ ...step, event: { ...(drawn as object), type } })),
  );
}

/** Enough to meet every value of a small choice. */
const drawnSteps = 8;

function* simpler(of: ArbitraryLike<unknown> | undefined, value: unknown): Iterable<unknown> {
  const values = arbitrary(of);
  if (!values?.canShrinkWithoutContext(value)) return;
  for (const next of values.shrink(value, undefined)) yield next.value;
}

/** What users give is typed by its structure; it is an arbitrary of fast-check all the same. */
export function arbitrary(of: ArbitraryLike<unknown> | undefined): Arbitrary<unknown> | undefined {
  return of as Arbitrary<unknown> | undefined;
}
