import type { AnyActorScope, AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';
import {
  type Configuration,
  type Effect,
  type Jump,
  type Operation,
  enabled,
  inspected,
  jumped,
  none,
} from './jump.ts';
import { ancestorsOf, moveOf } from './move.ts';
import {
  type Action,
  type Guard,
  type Implementation,
  type Node,
  type Transition,
  assignerOf,
  resolved,
  typeOf,
} from './state-node.ts';

/** Where a machine goes from each of its configurations. */
export class JumpTable {
  readonly #root: Node;
  readonly #implementations: {
    readonly guards: Readonly<Record<string, Guard>>;
    readonly actions: Readonly<Record<string, Implementation>>;
  };
  readonly #byLeaf = new Map<Node, Configuration | undefined>();
  /** By the list of nodes that a snapshot carries. */
  readonly #known = new WeakMap<object, Configuration>();

  constructor(machine: AnyStateMachine) {
    this.#root = machine.root as unknown as Node;
    this.#implementations = machine.implementations as never;
  }

  /** What comes of the event; undefined: the table does not hold it. */
  transition(snapshot: AnyMachineSnapshot, event: EventObject, scope: AnyActorScope) {
    if (snapshot.status !== 'active' || !snapshot.context || hasMembers(snapshot.children)) return undefined;
    const configuration = this.#configurationOf(snapshot);
    const jumps = configuration && this.#jumpsOf(configuration, event.type);
    if (!jumps) return undefined;
    const jump = enabled(jumps, snapshot, event);
    if (jump === 'interpret') return undefined;
    const next = jump?.effect ? jumped(configuration, jump.effect, snapshot, event, scope) : snapshot;
    if (next) inspected(next, event, scope, jump?.transitions ?? none);
    return next;
  }

  #configurationOf({ _nodes }: AnyMachineSnapshot): Configuration | undefined {
    const known = this.#known.get(_nodes);
    if (known) return known;
    const nodes = _nodes as unknown as readonly Node[];
    const leaf = nodes.find(({ type }) => type === 'atomic' || type === 'final');
    const found = leaf && this.#configurationAt(leaf);
    if (found?.nodes.length !== nodes.length) return undefined;
    this.#known.set(_nodes, found);
    return found;
  }

  /** Undefined: XState itself has to look after it. */
  #configurationAt(leaf: Node): Configuration | undefined {
    if (!this.#byLeaf.has(leaf)) this.#byLeaf.set(leaf, this.#makeConfiguration(leaf));
    return this.#byLeaf.get(leaf);
  }

  #makeConfiguration(leaf: Node): Configuration | undefined {
    const nodes = [...ancestorsOf(leaf, undefined).toReversed(), leaf];
    if (nodes.length === 1 || nodes[0] !== this.#root || nodes.some(isAlive)) return undefined;
    const configuration: Configuration = {
      nodes,
      value: valueOf(nodes.slice(1).map(({ key }) => key)),
      tags: new Set(nodes.flatMap(({ tags }) => tags)),
      isWild: nodes.some(({ transitions }) => [...transitions.keys()].some((name) => name.endsWith('*'))),
      jumps: new Map(),
    };
    this.#known.set(nodes, configuration);
    return configuration;
  }

  #jumpsOf(configuration: Configuration, type: string): readonly Jump[] | undefined {
    const { jumps, nodes, isWild } = configuration;
    const known = jumps.get(type);
    if (known || isWild || type === '*' || type.startsWith('xstate.')) return known;
    const transitions = nodes.toReversed().flatMap((node) => node.transitions.get(type) ?? []);
    const made = transitions.map((transition): Jump => ({
      transitions: [transition],
      passes: this.#guard(transition),
      effect: this.#effect(configuration, transition),
    }));
    // Events come from outside: what has no transition is not remembered, however many types there are.
    if (made.length > 0) jumps.set(type, made);
    return made;
  }

  #guard({ guard }: Transition): Jump['passes'] {
    if (guard === undefined) return undefined;
    const { of, params } = resolved(guard, this.#implementations.guards);
    // One that is not there, or stands for another, is XState's to find.
    if (typeof of !== 'function') return notHeld;
    if (of.check)
      return (snapshot, event) => of.check?.(snapshot, { context: snapshot.context, event }, of) === true;
    return (snapshot, event) => of({ context: snapshot.context, event }, params?.(snapshot.context, event));
  }

  #effect(from: Configuration, transition: Transition): Effect | undefined {
    const move = moveOf(from.nodes, transition);
    const leaf = move?.nodes.at(-1);
    const next = leaf && this.#configurationAt(leaf);
    if (!move || !next || this.#tellsItsEnd(leaf)) return undefined;
    const isDone = leaf.type === 'final';
    const actions = [
      ...move.exited.flatMap(({ exit }) => exit),
      ...transition.actions,
      ...move.entered.flatMap((node) => [
        ...node.entry,
        ...(move.byDefault.has(node) ? node.initial.actions : []),
      ]),
      ...(isDone ? move.nodes.toReversed().flatMap(({ exit }) => exit) : []),
    ];
    const operations = actions.map((action) => this.#operation(action));
    return operations.every(isHeld) ? { operations, next, isDone } : undefined;
  }

  /** Whether its end is an event for a state around it, or has an output. */
  #tellsItsEnd({ type, parent, output }: Node): boolean {
    if (type !== 'final') return false;
    return parent !== this.#root || output !== undefined || this.#root.output !== undefined;
  }

  /** Undefined: it does more than make a context or be executed. */
  #operation(action: Action): Operation | undefined {
    const { of, params } = resolved(action, this.#implementations.actions);
    const type = typeof action === 'function' ? action.name || '(anonymous)' : typeOf(action);
    if (!of || !('resolve' in of)) return { assign: undefined, type, params, exec: of };
    return of.type === 'xstate.assign'
      ? { assign: assignerOf(of.assignment), type, params, exec: of }
      : undefined;
  }
}

const notHeld = () => {
  throw new Error('Expected a guard that is implemented.');
};

/** What happens in it depends on more than its events. */
function isAlive({ type, always, invoke }: Node): boolean {
  return type === 'parallel' || always !== undefined || invoke.length > 0;
}

function hasMembers(object: object): boolean {
  for (const _name in object) return true;
  return false;
}

function isHeld(operation: Operation | undefined): operation is Operation {
  return operation !== undefined;
}

function valueOf([first = '', ...rest]: readonly string[]): unknown {
  return rest.length === 0 ? first : { [first]: valueOf(rest) };
}
