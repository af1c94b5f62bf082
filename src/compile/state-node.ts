import type { EventObject } from 'xstate';

/** What is read of XState's state nodes. It is not public there: this folder and `machines/chart.ts` alone know of it. */
export interface Node {
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly key: string;
  readonly order: number;
  readonly parent: Node | undefined;
  readonly states: Readonly<Record<string, Node>>;
  readonly initial: { readonly target: readonly Node[]; readonly actions: readonly Action[] };
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  readonly always: readonly Transition[] | undefined;
  readonly invoke: readonly unknown[];
  readonly entry: readonly Action[];
  readonly exit: readonly Action[];
  readonly tags: readonly string[];
  readonly output: unknown;
}

export interface Transition {
  readonly source: Node;
  readonly target: readonly Node[] | undefined;
  readonly reenter: boolean;
  readonly guard: Named<Guard> | undefined;
  readonly actions: readonly Action[];
}

export type Parameters = ((args: object) => unknown) | object | undefined;
export type Named<F> = string | F | { readonly type: string; readonly params?: Parameters };
export type Guard = ((args: object, params: unknown) => boolean) & {
  readonly check?: (snapshot: object, args: object, guard: Guard) => boolean;
};
export type Assigner = (args: object, params: unknown) => object;
export type Implementation = ((args: object, params: unknown) => void) & {
  readonly type?: string;
  readonly resolve?: unknown;
  readonly assignment?: Assigner | Readonly<Record<string, unknown>>;
};
export type Action = Named<Implementation>;

export function typeOf(named: string | { readonly type: string }): string {
  return typeof named === 'string' ? named : named.type;
}

/** The implementation that a name stands for, and what it is to be given. */
export function resolved<F extends Guard | Implementation>(
  named: Named<F>,
  implementations: Readonly<Record<string, F>>,
) {
  if (typeof named === 'function') return { of: named, params: undefined };
  const of: F | undefined = implementations[typeOf(named as string)];
  const given: Parameters = typeof named === 'string' ? undefined : (named as { params?: Parameters }).params;
  if (given === undefined) return { of, params: undefined };
  const isComputed = typeof given === 'function';
  const params = (context: unknown, event: EventObject): unknown =>
    isComputed ? (given as (args: object) => unknown)({ context, event }) : given;
  return { of, params };
}

export function assignerOf(assignment: Implementation['assignment']): Assigner {
  if (typeof assignment === 'function') return assignment;
  const members = Object.entries(assignment ?? {});
  return (args, params) =>
    Object.fromEntries(
      members.map(([name, value]) => [
        name,
        typeof value === 'function' ? (value as Assigner)(args, params) : (value as unknown),
      ]),
    );
}
