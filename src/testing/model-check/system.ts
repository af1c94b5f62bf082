import type { AnyStateMachine, EventFrom, EventObject, InputFrom } from 'xstate';

/** Any arbitrary of fast-check; its own type is not named, so that types are right where fast-check is not installed. */
export interface ArbitraryLike<T> {
  generate(random: never, bias: number | undefined): { readonly value: T };
}

/** The sizes that fast-check knows. */
export const sequenceSizes = ['xsmall', 'small', 'medium', 'large', 'xlarge', 'max'] as const;

export type SequenceSize = (typeof sequenceSizes)[number];

/** What an event carries beside its type. */
type PayloadOf<E> = E extends unknown ? Omit<E, 'type'> : never;

/** The event of that type. */
type OfType<E, T> = E extends { readonly type: T } ? E : never;

/** How one event of the chart reaches the system. */
export type EventPort<E, TInstance> = {
  /**
   * The call that this event stands for. What it resolves with is the answer; a call that resolves with nothing has
   * accepted (`ok`, `nothing`). An error with the name of a fault of Taskchart (`isFault`) that it rejects with is the
   * answer of that name, any other a difference.
   */
  readonly send: (instance: TInstance, event: E) => unknown;
  /** How often it is drawn beside the others: a whole number, at least 0; default 1. */
  readonly weight?: number;
} & (object extends PayloadOf<E>
  ? { readonly payload?: ArbitraryLike<PayloadOf<E>> }
  : { readonly payload: ArbitraryLike<PayloadOf<E>> });

/** A port for each type of event that the system can be sent; the chart's others are left out. */
export type EventPorts<TEvent extends EventObject, TInstance> = {
  readonly [T in TEvent['type']]?: EventPort<OfType<TEvent, T>, TInstance>;
};

/** What a real system shows of its instances, whoever drives them. */
export interface InstancePorts<TMachine extends AnyStateMachine, TInstance, TEvent extends EventObject> {
  /** The chart's input of a new instance. Left out: it has none. */
  readonly inputs?: ArbitraryLike<InputFrom<TMachine>>;
  readonly events: EventPorts<TEvent, TInstance>;
  /** What can be seen of an instance; compared after every command with what `stateOf` says of the chart. */
  readonly state?: (instance: TInstance) => unknown;
}

/** A chart that cannot do without an input has to be given some. */
type InputPorts<TMachine extends AnyStateMachine> =
  undefined extends InputFrom<TMachine>
    ? { readonly inputs?: ArbitraryLike<InputFrom<TMachine>> }
    : { readonly inputs: ArbitraryLike<InputFrom<TMachine>> };

/** A real system, as `checkModel` drives it. Every instance that it makes is to live as one actor of the chart would. */
export type ModelSystem<
  TMachine extends AnyStateMachine,
  TInstance,
  TReal = undefined,
  TEvent extends EventObject = EventFrom<TMachine>,
> = InstancePorts<TMachine, TInstance, TEvent> &
  InputPorts<TMachine> &
  ModelPorts<TMachine, TInstance, TReal>;

interface ModelPorts<TMachine extends AnyStateMachine, TInstance, TReal> {
  /** A fresh system, for one sequence of commands. Left out: there is nothing that instances share. */
  readonly open?: () => TReal | PromiseLike<TReal>;
  /** Makes an instance in the chart's first state. */
  readonly create: (input: InputFrom<TMachine>, real: TReal) => TInstance | PromiseLike<TInstance>;
  /** Ends it. Default: a system that is disposable is disposed of. */
  readonly close?: (real: TReal) => unknown;
}

/** The same, where nothing is known of its types. */
export interface AnySystem {
  readonly open?: () => unknown;
  readonly inputs?: ArbitraryLike<unknown>;
  readonly create: (input: unknown, real: unknown) => unknown;
  readonly events: Readonly<Record<string, AnyPort>>;
  readonly state?: (instance: unknown) => unknown;
  readonly close?: (real: unknown) => unknown;
}

export interface AnyPort {
  readonly send: (instance: unknown, event: unknown) => unknown;
  readonly weight?: number;
  readonly payload?: ArbitraryLike<unknown>;
}

/** How events of that type reach the system. */
export function portOf({ events }: Pick<AnySystem, 'events'>, type: string): AnyPort | undefined {
  return Object.hasOwn(events, type) ? events[type] : undefined;
}
