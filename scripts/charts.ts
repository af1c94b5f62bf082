// Keeps the pictures and tables of the charts equal to `machines/`: writes docs/charts.md and docs/pictures/ anew, or with
// `--check` says what is outdated.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { supervisorMachine } from '../machines/supervisor.ts';
import { taskMachine } from '../machines/task.ts';
import { type DrawOptions, toMermaid, toSvg } from '../src/charts/index.ts';

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
/** The moves, each with its guard: what stays in its state is left to the table. */
const moves: DrawOptions = { leaveOut: ['actions', 'descriptions', 'internal'] };

/** The moves alone, of which those that leave a box begin at the box. */
const overview: DrawOptions = { leaveOut: ['actions', 'descriptions', 'guards', 'internal'], overview: true };

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
    `\`\`\`mermaid\n${toMermaid(machine, moves)}\n\`\`\``,
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
    'A diagram shows the moves: the event, `[the guard]`, and `⇒ the answer` where it says more than ok. A table shows every answer: of the lines in a cell the first counts whose *guard* holds. ' +
      'A name of a fault is a refusal, and changes nothing; `nothing` accepts, and had nothing to change; **bold** is ' +
      'the state that follows, and in brackets stands the action that makes the next record. Where a chart has no ' +
      'transition for an event the answer is `InvalidState`; callers of a supervisor that has stopped are told ' +
      '`SupervisorStopped` instead.',
  ];
  const chapters = Object.entries(machines).map(([file, machine]) => chapter(file, machine));
  return `${[...head, ...chapters].join('\n\n')}\n`;
}

/** Every page and picture that shows a chart, as it should be. */
export async function wanted(): Promise<{ page: string; is: string; shouldBe: string }[]> {
  const drawn = {
    'docs/charts.md': chartsPage(),
    'docs/pictures/task.svg': await toSvg(taskMachine, overview),
    'docs/pictures/supervisor.svg': await toSvg(supervisorMachine, overview),
  };
  return Object.entries(drawn).map(([page, shouldBe]) => {
    const path = join(root, page);
    return { page, is: existsSync(path) ? readFileSync(path, 'utf8') : '', shouldBe };
  });
}

if (import.meta.main) {
  for (const { page, is, shouldBe } of await wanted()) {
    if (is === shouldBe) continue;
    if (process.argv.includes('--check')) {
      console.error(`${page}: Expected the charts of machines/, got older ones. Run npm run docs.`);
      process.exitCode = 1;
    } else {
      mkdirSync(dirname(join(root, page)), { recursive: true });
      writeFileSync(join(root, page), shouldBe);
      console.log(`${page}: charts drawn anew`);
    }
  }
}
