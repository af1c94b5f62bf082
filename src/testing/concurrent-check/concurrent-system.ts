import type { AnyStateMachine, EventFrom, EventObject, InputFrom } from 'xstate';
import type { Clock, Random } from '../../index.ts';
import type { OpenCall } from '../linearizability/history-recorder.ts';
import type { AnySystem, InstancePorts } from '../model-check/system.ts';

/**
 * What decides in which order things happen in one run. A system that waits through it is interleaved with the calls of
 * all clients: while one waits, any other may go on first.
 */
export interface Schedule {
  /** Resolves when its turn has come. `label`: how the counterexample names it. */
  readonly turn: (label?: string) => Promise<void>;
  /** Settles as the promise does, but not before its turn has come. */
  readonly schedule: <T>(promise: PromiseLike<T>, label?: string) => Promise<T>;
  /** The same function, whose calls take place in a turn of their own, and whose answers come in another. */
  readonly scheduleFunction: <A extends unknown[], R>(
    call: (...given: A) => R | PromiseLike<R>,
    label?: string,
  ) => (...given: A) => Promise<R>;
  /**
   * Settles as the promise does, and nothing else happens before: for what comes from outside in real time, as from another
   * thread or a socket. With it such a run is the same every time.
   */
  readonly outside: <T>(answer: PromiseLike<T>) => Promise<T>;
  /** Simulated time: the next timer is one of the things that may happen next. */
  readonly clock: Clock;
  /** Chance that the seed decides. */
  readonly random: Random;
}

/** Says that the system may do this to the instance by itself, once, at some time from now on, or not at all. */
export type May<TEvent> = (event: TEvent) => Pick<OpenCall<unknown>, 'returned'>;

/**
 * Events that a system may send to each instance by itself: one by one, each once at most. A function is called with a
 * new instance, and tells at any time what may happen from then on; `returned()` says that it has happened by now.
 */
export type OwnSteps<TEvent, TInstance> =
  | readonly TEvent[]
  | ((instance: TInstance, may: May<TEvent>) => unknown);

/** A real system, as `checkConcurrent` drives it: what `checkModel` takes, and how it comes under the schedule. */
export interface ConcurrentSystem<
  TMachine extends AnyStateMachine,
  TInstance,
  TReal = undefined,
  TEvent extends EventObject = EventFrom<TMachine>,
> extends InstancePorts<TMachine, TInstance, TEvent> {
  /** A fresh system, for one run. Left out: there is nothing that instances share. */
  readonly open?: (schedule: Schedule) => TReal | PromiseLike<TReal>;
  /** Makes an instance in the chart's first state, before any client calls. */
  readonly create: (
    input: InputFrom<TMachine>,
    real: TReal,
    schedule: Schedule,
  ) => TInstance | PromiseLike<TInstance>;
  /** What the runtime does by itself (a start, the end of a body). Default: nothing. */
  readonly own?: OwnSteps<NoInfer<TEvent>, TInstance>;
  /** Ends it. Default: a system that is disposable is disposed of. */
  readonly close?: (real: TReal) => unknown;
}

/** The same, where nothing is known of its types. */
export interface AnyConcurrentSystem extends Omit<AnySystem, 'open' | 'create'> {
  readonly open?: (schedule: Schedule) => unknown;
  readonly create: (input: unknown, real: unknown, schedule: Schedule) => unknown;
  readonly own?: OwnSteps<{ readonly type: string }, unknown>;
}
