import fc from 'fast-check';
import { schedules } from '../properties/schedules.ts';

export const nodeTypes = ['plain', 'firm', 'retried', 'timed', 'deadlined'] as const;
type NodeType = (typeof nodeTypes)[number];

/** What a body does in one attempt. */
export interface Plan {
  readonly children: readonly Child[];
  readonly reports: readonly number[];
  readonly workMs: number;
  readonly awaits: 'nothing' | 'results' | 'outcomes';
  readonly end: 'returns' | 'throws' | 'holds' | 'ignores';
}

/** A task of a tree: it is its own input. */
export interface Node {
  readonly type: NodeType;
  /** One for each attempt; the last one is for all that follow. */
  readonly plans: readonly Plan[];
}

export interface Child {
  readonly node: Node;
  readonly name: string | undefined;
  readonly weight: number;
  readonly detached: boolean;
}

export type TreeAction =
  | { readonly do: 'submit'; readonly node: Node }
  | { readonly do: 'cancel' | 'watch'; readonly task: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'setWall'; readonly byMs: number }
  | { readonly do: 'look' };

export interface TreeProgram {
  /** Of chance. */
  readonly seed: number;
  /** Which of all that could happen next does; after its end, what has waited longest. */
  readonly schedule: readonly number[];
  readonly concurrency: number;
  readonly steps: readonly { readonly action: TreeAction; readonly turns: number }[];
  /** How long a stop before the end waits; undefined: there is none. */
  readonly stopMs: number | undefined;
  /** How many of 100 calls the store refuses; default none. */
  readonly refused?: number | undefined;
  /** How many of 100 answers are lost, though they happened; default none. */
  readonly lost?: number | undefined;
  /** Whether other processes might be at the store; default: they might. */
  readonly isShared?: boolean | undefined;
  /** How long tasks are kept that have ended; default: longer than the program takes. */
  readonly keepMs?: number | undefined;
}

const deepest = 3;
const widest = 4;

function node(depth: number): fc.Arbitrary<Node> {
  const children = depth >= deepest ? fc.constant([]) : fc.array(child(depth + 1), { maxLength: widest });
  const plan: fc.Arbitrary<Plan> = fc.record({
    children,
    reports: fc.array(fc.nat({ max: 100 }), { maxLength: 2 }),
    workMs: fc.constantFrom(0, 0, 5, 40, 80),
    awaits: fc.constantFrom('nothing' as const, 'results' as const, 'outcomes' as const),
    end: fc.constantFrom(
      'returns' as const,
      'returns' as const,
      'returns' as const,
      'throws' as const,
      'holds' as const,
      'ignores' as const,
    ),
  });
  return fc.record({
    type: fc.constantFrom(...nodeTypes),
    plans: fc.array(plan, { minLength: 1, maxLength: 2 }),
  });
}

function child(depth: number): fc.Arbitrary<Child> {
  return fc.record({
    node: node(depth),
    name: fc.constantFrom(undefined, 'a', 'b'),
    weight: fc.constantFrom(1, 1, 1, 2, 3, 0),
    detached: fc.constantFrom(false, false, false, false, true),
  });
}

const action: fc.Arbitrary<TreeAction> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('submit' as const), node: node(0) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('cancel' as const, 'cancel' as const, 'watch' as const),
      task: fc.nat({ max: 20 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(0, 5, 20, 60, 300) }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'look' as const }) },
  // As often as it may be set back, that is still less than the rest at the end.
  fc.record({ do: fc.constant('setWall' as const), byMs: fc.constantFrom(-5_000, -1, 5_000) }),
);

const rate = fc.constantFrom(0, 0, 0, 0, 25);

/** Random trees of tasks, and what is done to them. */
export const treePrograms: fc.Arbitrary<TreeProgram> = fc.record({
  seed: fc.nat(),
  schedule: schedules,
  concurrency: fc.integer({ min: 1, max: 3 }),
  steps: fc
    .tuple(node(0), fc.array(fc.record({ action, turns: fc.nat({ max: 8 }) }), { maxLength: 10 }))
    .map(([first, steps]) => [{ action: { do: 'submit' as const, node: first }, turns: 8 }, ...steps]),
  stopMs: fc.constantFrom(undefined, undefined, 0, 20),
  refused: rate,
  lost: rate,
  isShared: fc.boolean(),
  // Longer than anybody asks for anything, and shorter than a parent lives whose body holds.
  keepMs: fc.constantFrom(undefined, 50_000),
});
