import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { faultMessages } from '../../../machines/index.ts';
import { nodesOf } from './chart-model.ts';

/** A step of the path as the picture shows it: an arrow between two leaves. */
export interface Mark {
  readonly from: string;
  readonly to: string;
  /** Without quotes; numbered by whoever makes the path. */
  readonly label: string;
  readonly event: string;
  readonly hasFailed: boolean;
}

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly event: string;
  readonly guard: string | undefined;
}

/** An event that is taken in any state is drawn from here. */
const anywhere = 'any state';

/**
 * The chart as a Mermaid flowchart with the path in it: thick and numbered where it went, dashed and red where it ended
 * differently. Moves that were not made are drawn thin; what stays in its state is left out.
 */
export function markedChart(machine: AnyStateMachine, marks: readonly Mark[]): string {
  const thin = thinArrows(machine, marks);
  const first = machine.root.initial.target[0];
  const lines = [
    ...Object.values(machine.root.states).flatMap((node) => drawn(node, '  ')),
    ...(thin.some((line) => line.includes(idOf(anywhere))) ? [`  ${idOf(anywhere)}(("any state"))`] : []),
  ];
  const start = first ? ['  start(( ))', `  start --> ${idOf(leafIn(first))}`] : [];
  const thick = marks.map(
    ({ from, to, label, hasFailed }) =>
      `  ${idOf(from)} ${hasFailed ? '-.->' : '==>'}|${quoted(label)}| ${idOf(to)}`,
  );
  const offset = thin.length + (first ? 1 : 0);
  return ['flowchart TD', ...lines, ...start, ...thin, ...thick, ...styles(marks, offset)].join('\n');
}

function drawn(node: AnyStateNode, indent: string): string[] {
  const name = nameOf(node);
  const inner = Object.values(node.states);
  if (inner.length === 0) {
    const [open, close] = node.type === 'final' ? ['([', '])'] : ['[', ']'];
    return [`${indent}${idOf(name)}${open}${quoted(node.key)}${close}`];
  }
  return [
    `${indent}subgraph ${idOf(name)}[${quoted(node.key)}]`,
    ...inner.flatMap((child) => drawn(child, `${indent}  `)),
    `${indent}end`,
  ];
}

/** One line for each two states, with all that leads from the one to the other and that the path has not drawn. */
function thinArrows(machine: AnyStateMachine, marks: readonly Mark[]): string[] {
  const taken = new Set(marks.map(({ from, to, event }) => `${from} ${event} ${to}`));
  const arrows = nodesOf(machine.root)
    .flatMap(arrowsOf)
    .filter(({ from, to, event }) => !taken.has(`${from} ${event} ${to}`));
  const lines = Map.groupBy(arrows, ({ from, to }) => `${from} ${to}`);
  return [...lines.values()].map((group) => {
    const { from, to } = group[0] as Arrow;
    const labels = new Set(
      group.map(({ event, guard }) => (guard === undefined ? event : `${event} [${guard}]`)),
    );
    return `  ${idOf(from)} -->|${quoted([...labels].join('<br/>'))}| ${idOf(to)}`;
  });
}

function arrowsOf(node: AnyStateNode): Arrow[] {
  const always = (node.always ?? []).map((transition) => ['always', transition] as const);
  const own = Object.entries(node.on).flatMap(([event, all]) =>
    all.map((transition) => [event, transition] as const),
  );
  return [...own, ...always].flatMap(([event, { target, guard, meta }]) => {
    const [to] = target ?? [];
    if (!to || isRefusal(meta)) return [];
    const arrow = { to: leafIn(to), event, guard: typeof guard === 'string' ? guard : undefined };
    return origins(node, to).map((from) => ({ from, ...arrow }));
  });
}

function isRefusal(meta: unknown): boolean {
  const { outcome = '' } = (meta ?? {}) as { outcome?: string };
  return Object.hasOwn(faultMessages, outcome);
}

/** Mermaid draws no arrow from a box to what is in it: the box's other leaves stand for it. */
function origins(source: AnyStateNode, target: AnyStateNode): string[] {
  if (source.parent === undefined) return [anywhere];
  const leaves = nodesOf(source).filter((node) => Object.keys(node.states).length === 0);
  if (!nodesOf(source).slice(1).includes(target)) return [nameOf(source)];
  return leaves.map(nameOf).filter((leaf) => leaf !== leafIn(target));
}

/** Where one is after entering a state. */
function leafIn(node: AnyStateNode): string {
  const inner = node.type === 'compound' ? node.initial.target[0] : undefined;
  return inner ? leafIn(inner) : nameOf(node);
}

function styles(marks: readonly Mark[], offset: number): string[] {
  const failed = marks.filter(({ hasFailed }) => hasFailed).map(({ to }) => to);
  const seen = new Set(marks.flatMap(({ from, to }) => [from, to]));
  const visited = [...seen].filter((leaf) => !failed.includes(leaf));
  const links = marks.map(({ hasFailed }, index) => ({ hasFailed, number: offset + index }));
  const went = links.filter(({ hasFailed }) => !hasFailed).map(({ number }) => number);
  const broke = links.filter(({ hasFailed }) => hasFailed).map(({ number }) => number);
  return [
    '  classDef visited fill:#dbeafe,stroke:#1d4ed8,stroke-width:2px,color:#000',
    '  classDef failed fill:#fee2e2,stroke:#b91c1c,stroke-width:3px,color:#000',
    ...(visited.length > 0 ? [`  class ${visited.map(idOf).join(',')} visited`] : []),
    ...(failed.length > 0 ? [`  class ${[...new Set(failed)].map(idOf).join(',')} failed`] : []),
    ...(went.length > 0 ? [`  linkStyle ${went.join(',')} stroke:#1d4ed8,stroke-width:3px`] : []),
    ...(broke.length > 0 ? [`  linkStyle ${broke.join(',')} stroke:#b91c1c,stroke-width:3px`] : []),
  ];
}

function nameOf(node: AnyStateNode): string {
  return node.path.join('.');
}

/** Mermaid takes some words for its own, `end` for one. */
function idOf(leaf: string): string {
  const plain = leaf.replaceAll('.', '_').replaceAll(/\W/g, (sign) => `_${sign.codePointAt(0)}_`);
  return `at_${plain}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('\n', ' ')}"`;
}
