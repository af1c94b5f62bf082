import type { AnyStateMachine } from 'xstate';
import { drawingOf } from './drawing.ts';
import type { DrawnState } from './drawn.ts';
import { type DrawOptions, checked } from './options.ts';
import { type Box, type Edge, type Line, type Picture, pictureOf, titleOf } from './picture.ts';
import { clean } from './text.ts';
import { isWithin } from './transitions.ts';

/** A step that somebody made, from one state to another. */
export interface DrawnStep {
  /** Ids of states, as `drawingOf` tells them. */
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** Whether it went wrong: then it is dashed and red. Default false. */
  readonly hasFailed?: boolean;
}

export interface MermaidOptions extends DrawOptions {
  /** Steps that were made, drawn as arrows of their own, with the states that they touch marked. Default none. */
  readonly path?: readonly DrawnStep[];
}

/**
 * The machine as a Mermaid flowchart. A state diagram of Mermaid cannot show a history, or a transition between a box and
 * what is in it; a flowchart can. Cost: linear.
 *
 * @throws InvalidArgument for what is no machine of XState 5, and for an option that does not exist.
 */
export function toMermaid(machine: AnyStateMachine, options: MermaidOptions = {}): string {
  const settings = checked(options);
  const picture = pictureOf(drawingOf(machine), settings);
  const spoken = new Set(picture.boxes.filter((box) => speaks(box, picture)).map(({ state }) => state));
  const { path = [] } = options;
  const links = [
    ...[...picture.starts, ...picture.edges].flatMap((edge) => linksOf(edge, spoken)),
    ...path.map(stepLink),
  ];
  return [
    ...(settings.theme === 'auto' ? [] : [`%%{init: {"theme": "${themes[settings.theme]}"}}%%`]),
    `flowchart ${settings.direction === 'right' ? 'LR' : 'TB'}`,
    ...boxLines(picture.root, spoken, '  '),
    ...picture.edges.filter(isForked).map((edge) => `  ${forkOf(edge)}[" "]`),
    ...links.map(({ text }) => `  ${text}`),
    ...styleLines(picture, spoken, path),
    ...linkStyles(links),
  ].join('\n');
}

const themes = { light: 'default', dark: 'dark' } as const;

/** Mermaid draws no edge between a box and what is in it: such a box has a node of its own, for its text and its edges. */
function speaks({ state, lines }: Box, { edges }: Picture): boolean {
  if (state.states.length === 0) return false;
  return (
    lines.length > 0 ||
    edges.some(
      ({ source, targets }) =>
        (source === state && targets.some((target) => isWithin(target, state))) ||
        (targets.includes(state) && isWithin(source, state)),
    )
  );
}

function boxLines(box: Box, spoken: ReadonlySet<DrawnState>, indent: string): string[] {
  const { state, lines, boxes } = box;
  if (boxes.length === 0) return [`${indent}${idOf(state)}${shapeOf(box)}`];
  const inner = `${indent}  `;
  const text = lines.length > 0 ? linesText(lines) : escaped(state.name);
  return [
    `${indent}subgraph ${idOf(state)}["${escaped(titleOf(state))}"]`,
    ...(spoken.has(state) ? [`${inner}${idOf(state)}..box["${text}"]`] : []),
    ...(state.kind === 'compound' ? [`${inner}${idOf(state)}..initial((" "))`] : []),
    ...boxes.flatMap((each) => boxLines(each, spoken, inner)),
    `${indent}end`,
  ];
}

function shapeOf({ state, lines }: Box): string {
  const text = [escaped(titleOf(state)), ...(lines.length > 0 ? [linesText(lines)] : [])].join('<br/>');
  if (state.kind === 'shallowHistory' || state.kind === 'deepHistory') return `(("${text}"))`;
  return state.kind === 'final' ? `(["${text}"])` : `["${text}"]`;
}

function linesText(lines: readonly Line[]): string {
  return lines.map(({ text }) => escaped(text)).join('<br/>');
}

interface Link {
  readonly text: string;
  readonly isMarked: boolean;
  readonly hasFailed?: boolean;
}

function stepLink({ from, to, label, hasFailed = false }: DrawnStep): Link {
  const arrow = hasFailed ? '-.->' : '==>';
  return { text: `at_${from} ${arrow}|"${escaped(clean(label))}"| at_${to}`, isMarked: true, hasFailed };
}

/** An edge to several states goes through a bar, from where it leads to each. */
function linksOf(edge: Edge, spoken: ReadonlySet<DrawnState>): Link[] {
  const { source, targets, lines, isMarked } = edge;
  const touching = (state: DrawnState, others: readonly DrawnState[]) =>
    spoken.has(state) && others.some((other) => isWithin(other, state)) ? `${idOf(state)}..box` : idOf(state);
  const from = edge.id.endsWith('..initial') ? `${idOf(source)}..initial` : touching(source, targets);
  const arrow = lines.length === 0 ? '-->' : `-->|"${linesText(lines)}"|`;
  const ends = targets.map((target) => touching(target, [source]));
  if (!isForked(edge)) return ends.map((end) => ({ text: `${from} ${arrow} ${end}`, isMarked }));
  const fork = forkOf(edge);
  const texts = [`${from} ${arrow} ${fork}`, ...ends.map((end) => `${fork} --> ${end}`)];
  return texts.map((text) => ({ text, isMarked }));
}

function isForked({ targets }: Edge): boolean {
  return targets.length > 1;
}

function forkOf({ id }: Edge): string {
  return `at_${id}..fork`;
}

const marked = 'stroke:#bc4c00,stroke-width:3px';
const failed = 'stroke:#cf222e,stroke-width:3px';

function styleLines(
  { boxes, edges }: Picture,
  spoken: ReadonlySet<DrawnState>,
  path: readonly DrawnStep[],
): string[] {
  const states = (which: (box: Box) => boolean) => boxes.filter(which).map(({ state }) => idOf(state));
  const compound = boxes.filter(({ boxes: inner, state }) => inner.length > 0 && state.kind === 'compound');
  const failing = new Set(path.filter(({ hasFailed }) => hasFailed).map(({ to }) => to));
  const touched = new Set(path.flatMap(({ from, to }) => [from, to]));
  const isTouched = ({ state: { id }, isMarked }: Box) => (isMarked || touched.has(id)) && !failing.has(id);
  const classes: [string, string, readonly string[]][] = [
    ['initial', 'fill:#57606a,stroke:#57606a', compound.map(({ state }) => `${idOf(state)}..initial`)],
    ['fork', 'fill:#57606a,stroke:#57606a,color:#57606a', edges.filter(isForked).map(forkOf)],
    ['parallel', 'stroke-dasharray:6 4', states(({ state }) => state.kind === 'parallel')],
    ['within', 'fill:none,stroke-dasharray:3 3', [...spoken].map((state) => `${idOf(state)}..box`)],
    ['final', 'stroke-width:3px', states(({ state }) => state.kind === 'final')],
    ['marked', marked, states(isTouched)],
    ['failed', failed, states(({ state }) => failing.has(state.id))],
  ];
  const used = classes.filter(([, , ids]) => ids.length > 0);
  return [
    ...used.map(([name, style]) => `  classDef ${name} ${style}`),
    ...used.map(([name, , ids]) => `  class ${ids.join(',')} ${name}`),
  ];
}

/** Mermaid knows edges by their number alone. */
function linkStyles(links: readonly Link[]): string[] {
  const numbers = (which: (link: Link) => boolean) =>
    links.flatMap((link, index) => (which(link) ? [index] : [])).join(',');
  const styles = [
    [numbers(({ isMarked, hasFailed = false }) => isMarked && !hasFailed), marked],
    [numbers(({ hasFailed = false }) => hasFailed), failed],
  ];
  return styles.filter(([all]) => all !== '').map(([all, style]) => `  linkStyle ${all} ${style}`);
}

/** Mermaid takes some words for its own, `end` for one, also at the beginning of others. */
function idOf({ id }: DrawnState): string {
  return `at_${id}`;
}

/** Mermaid reads a quoted text as Markdown with entities: what could mean something there is written as one. */
function escaped(text: string): string {
  // Two `$` begin a formula and `\n` a line, entities or not: a sign that cannot be seen holds them apart.
  return text
    .replaceAll(/\$(?=\$)|\\(?=n)/g, (sign) => `${sign}\u2060`)
    .replaceAll(/[^\p{L}\p{M}\p{N} _.,:'=+!?[\]()/⇒…]|(?<=^\d+)[.)]/gu, (signs) =>
      Array.from(signs, (sign) => `#${sign.codePointAt(0)};`).join(''),
    );
}
