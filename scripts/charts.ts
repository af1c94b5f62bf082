// Keeps the pictures and tables of the charts equal to `machines/`: writes docs/charts.md and the README's diagram
// anew, or with `--check` says what is outdated.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { faultMessages } from '../machines/fault.ts';
import { supervisorMachine } from '../machines/supervisor.ts';
import { taskMachine } from '../machines/task.ts';

const root = resolve(import.meta.dirname, '..');

const machines: Readonly<Record<string, AnyStateMachine>> = {
  'machines/task.ts': taskMachine,
  'machines/supervisor.ts': supervisorMachine,
};

/** One candidate of a chart: what is answered, and where it leads, if its guard holds. */
interface Candidate {
  source: AnyStateNode;
  event: string;
  guard: string | undefined;
  target: AnyStateNode | undefined;
  outcome: string;
  actions: string[];
}

function nodesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

function candidatesOf(source: AnyStateNode): Candidate[] {
  return Object.entries(source.on).flatMap(([event, transitions]) =>
    transitions.map(({ guard, target, meta, actions }) => ({
      source,
      event,
      guard: typeof guard === 'string' ? guard : undefined,
      target: target?.[0],
      outcome: (meta as { outcome: string }).outcome,
      actions: actions.filter((action) => typeof action === 'string'),
    })),
  );
}

const nameOf = (node: AnyStateNode) => node.path.join('.');
const isLeaf = (node: AnyStateNode) => Object.keys(node.states).length === 0;
const isRefusal = ({ outcome }: Candidate) => Object.hasOwn(faultMessages, outcome);

/** `whole`: which guard leads where, from each state. `overview`: a state with substates is left as one. */
type Detail = 'whole' | 'overview';

/** The states, and the moves between them; what stays in its state, refusals included, is left to the table. */
export function diagram(machine: AnyStateMachine, detail: Detail = 'whole'): string {
  const moves = nodesOf(machine.root).flatMap(candidatesOf);
  const edges = new Map<string, Set<string>>();
  for (const move of moves.filter((candidate) => candidate.target && !isRefusal(candidate))) {
    for (const from of origins(move, detail)) {
      const edge = `${from.key} --> ${move.target?.key}`;
      const labels = edges.get(edge) ?? new Set();
      edges.set(edge, labels.add(labelOf(move, detail === 'whole' ? moves : [])));
    }
  }
  const lines = [...edges].map(([edge, labels]) => `${edge} : ${[...labels].join('<br/>')}`);
  const finals = Object.values(machine.root.states).filter(({ type }) => type === 'final');
  return [
    'stateDiagram-v2',
    ...compound(machine.root),
    ...lines.map((line) => `  ${line}`),
    ...finals.map(({ key }) => `  ${key} --> [*]`),
  ].join('\n');
}

/** Where an edge begins. Mermaid draws none from a state to one inside of it, so its other leaves stand for it. */
function origins({ source, target }: Candidate, detail: Detail): AnyStateNode[] {
  const inside = Object.values(source.states);
  if (target && inside.includes(target)) return inside.filter((node) => node !== target);
  const isLeft = source.parent !== target?.parent && source.parent?.parent !== undefined;
  return detail === 'overview' && isLeft && source.parent ? [source.parent] : [source];
}

function compound(node: AnyStateNode): string[] {
  const first = node.initial.target[0];
  const inner = Object.values(node.states).flatMap((child) =>
    isLeaf(child) ? [child.key] : [`state ${child.key} {`, ...compound(child), '}'],
  );
  return [`[*] --> ${first?.key}`, ...inner].map((line) => `  ${line}`);
}

/** The event, its guard where the chart also leads elsewhere, and the answer where it says more than ok. */
function labelOf(move: Candidate, moves: Candidate[]): string {
  const siblings = moves.filter(
    ({ source, event, target }) => source === move.source && event === move.event && target,
  );
  const leadsElsewhere = siblings.some(({ target }) => target !== move.target);
  const isAlsoLeftOver = siblings.some(
    ({ target, guard, outcome }) => target === move.target && guard === undefined && outcome === move.outcome,
  );
  const guard = leadsElsewhere && !isAlsoLeftOver ? ` [${move.guard}]` : '';
  return `${move.event}${guard}${move.outcome === 'ok' ? '' : ` / ${move.outcome}`}`;
}

/** What a state answers to an event, in the order in which the guards are asked. */
function answers(leaf: AnyStateNode, event: string): string {
  const ways: Candidate[] = [];
  for (let node: AnyStateNode | undefined = leaf; node; node = node.parent) {
    ways.push(...candidatesOf(node).filter((candidate) => candidate.event === event));
  }
  const last = ways.findIndex(({ guard }) => guard === undefined);
  const asked = last < 0 ? ways : ways.slice(0, last + 1);
  const lines = asked.map(({ guard, outcome, target, actions }) => {
    const to = target ? ` → **${nameOf(target)}**` : '';
    const by = actions.length > 0 ? ` (${actions.join(', ')})` : '';
    return `${guard === undefined ? '' : `*${guard}*: `}\`${outcome}\`${to}${by}`;
  });
  if (last < 0) lines.push('`InvalidState`');
  return lines.join('<br>');
}

/** Every event in every state; states that answer alike share a row. */
export function table(machine: AnyStateMachine): string {
  const nodes = nodesOf(machine.root);
  const leaves = nodes.filter(isLeaf);
  const events = new Set(nodes.flatMap((node) => Object.keys(node.on)));
  const rows = [...events].flatMap((event) => {
    const byAnswers = Map.groupBy(leaves, (leaf) => answers(leaf, event));
    return [...byAnswers].map(([answer, group], index) => {
      const states = group.map(nameOf).join(', ');
      return `| ${index === 0 ? `\`${event}\`` : ''} | ${states} | ${answer} |`;
    });
  });
  return ['| event | in state | answer |', '|---|---|---|', ...rows].join('\n');
}

function descriptions(machine: AnyStateMachine): string {
  const rows = nodesOf(machine.root).slice(1);
  return [
    '| state | what it means |',
    '|---|---|',
    ...rows.map((node) => `| ${nameOf(node)} | ${node.description} |`),
  ].join('\n');
}

function chapter(file: string, machine: AnyStateMachine): string {
  return [
    `## ${machine.id}`,
    `From [\`${file}\`](../${file}).`,
    `\`\`\`mermaid\n${diagram(machine)}\n\`\`\``,
    descriptions(machine),
    table(machine),
  ].join('\n\n');
}

/** The whole of docs/charts.md. */
export function chartsPage(): string {
  const head = [
    '<!-- Generated from machines/ by scripts/charts.ts: do not edit. -->',
    '# Charts',
    'What may happen to a task and to a supervisor, drawn from the charts that the library runs.',
    'A diagram shows the moves: the event, `[the guard]` where more than one way leads on, and `/ the answer` where it ' +
      'says more than ok. A table shows every answer: of the lines in a cell the first counts whose *guard* holds. ' +
      'A name of a fault is a refusal, and changes nothing; `nothing` accepts, and had nothing to change; **bold** is ' +
      'the state that follows, and in brackets stands the action that makes the next record. Where a chart has no ' +
      'transition for an event the answer is `InvalidState`; callers of a supervisor that has stopped are told ' +
      '`SupervisorStopped` instead.',
  ];
  const chapters = Object.entries(machines).map(([file, machine]) => chapter(file, machine));
  return `${[...head, ...chapters].join('\n\n')}\n`;
}

/** A page with the diagrams that its `<!-- chart of machines/… -->` markers ask for. */
export function withDiagrams(page: string): string {
  const block = /(<!-- chart of (\S+) -->\n```mermaid\n)[^]*?^(```)$/gm;
  return page.replace(block, (_all, before: string, file: string, after: string) => {
    const machine = machines[file];
    if (!machine) throw new Error(`Expected the chart of ${Object.keys(machines).join(' or ')}, got ${file}`);
    return `${before}${diagram(machine, 'overview')}\n${after}`;
  });
}

/** Every page that shows a chart, as it should be. */
export function wanted(): { page: string; is: string; shouldBe: string }[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const charts = join(root, 'docs/charts.md');
  return [
    {
      page: 'docs/charts.md',
      is: existsSync(charts) ? readFileSync(charts, 'utf8') : '',
      shouldBe: chartsPage(),
    },
    { page: 'README.md', is: readme, shouldBe: withDiagrams(readme) },
  ];
}

if (import.meta.main) {
  for (const { page, shouldBe } of wanted().filter(({ is, shouldBe: fresh }) => is !== fresh)) {
    if (process.argv.includes('--check')) {
      console.error(`${page}: Expected the charts of machines/, got older ones. Run npm run docs.`);
      process.exitCode = 1;
    } else {
      writeFileSync(join(root, page), shouldBe);
      console.log(`${page}: charts drawn anew`);
    }
  }
}
