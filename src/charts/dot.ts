import type { AnyStateMachine } from 'xstate';
import { drawingOf } from './drawing.ts';
import type { DrawnState } from './drawn.ts';
import { type DrawOptions, checked } from './options.ts';
import { type Palette, dark, light } from './palette.ts';
import { type Box, type Edge, type Line, pictureOf, titleOf } from './picture.ts';
import { textWidth, wrapped } from './text-width.ts';
import { escapeXml } from './text.ts';
import { isWithin } from './transitions.ts';

/**
 * The machine in the language of Graphviz: a cluster for each state with states in it. States and edges carry their ids, and
 * so do the lines of transitions; to those Graphviz adds `a_` when it makes an SVG. Cost: linear.
 *
 * @throws InvalidArgument for what is no machine of XState 5, and for an option that does not exist.
 */
export function toDot(machine: AnyStateMachine, options: DrawOptions = {}): string {
  const settings = checked(options);
  const colours = settings.theme === 'dark' ? dark : light;
  const picture = pictureOf(drawingOf(machine), settings);
  const { text, edge, paper } = colours;
  const bars = picture.edges
    .filter(({ targets }) => targets.length > 1)
    .map((each) => barLine(each, colours));
  const font = `fontname="Helvetica,Arial,sans-serif", fontcolor="${text}"`;
  return [
    `digraph "${picture.root.state.id}..graph" {`,
    `  graph [compound=true, rankdir=${settings.direction === 'right' ? 'LR' : 'TB'}, bgcolor="${paper}", ${font}, fontsize=12]`,
    `  node [shape=plain, ${font}, fontsize=11]`,
    `  edge [${font}, fontsize=10, color="${edge}"]`,
    ...boxLines(picture.root, colours, '  ').toSpliced(-1, 0, ...bars),
    ...[...picture.starts, ...picture.edges].flatMap((each) => edgeLines(each, colours)),
    '}',
  ].join('\n');
}

function boxLines(box: Box, colours: Palette, indent: string): string[] {
  const { state, boxes, isMarked } = box;
  if (boxes.length === 0)
    return [`${indent}"${state.id}" [id="${state.id}", label=<${table(box, colours)}>]`];
  const inner = `${indent}  `;
  const style = state.kind === 'parallel' ? 'rounded,filled,dashed' : 'rounded,filled';
  return [
    `${indent}subgraph "cluster_${state.id}" {`,
    `${inner}id="${state.id}"; style="${style}"; label=<<B>${escaped(titleOf(state))}</B>>`,
    `${inner}fillcolor="${colours.frame}"; color="${isMarked ? colours.mark : colours.line}"; penwidth=${isMarked ? 3 : 1}`,
    `${inner}${anchor(box, colours)}`,
    ...boxes.flatMap((each) => boxLines(each, colours, inner)),
    `${indent}}`,
  ];
}

/** Edges of Graphviz end at nodes: a box has one of its own, with its text, or as the dot where it begins. */
function anchor({ state, lines }: Box, colours: Palette): string {
  const { id, kind } = state;
  const start = `"${id}..initial" [id="${id}..dot", shape=circle, style=filled, width=0.12, label="", fillcolor="${colours.edge}", color="${colours.edge}"]`;
  const text = `"${id}..box" [id="${id}..box", label=<${rows(lines, colours)}>]`;
  const point = `"${id}..box" [id="${id}..box", shape=point, style=invis]`;
  return [...(kind === 'compound' ? [start] : []), lines.length > 0 ? text : point].join('; ');
}

/** Of a line, in points; a longer one is broken. A cell has a margin on both sides. */
const widest = 340;
const margin = 8;

function table(box: Box, colours: Palette): string {
  const { state, lines, isMarked } = box;
  const border = `COLOR="${isMarked ? colours.mark : colours.line}" BGCOLOR="${colours.box}"`;
  const width = isMarked || state.kind === 'final' ? 3 : 1;
  // Which font it comes in is not known here: no text is narrower than in the widest of the usual ones.
  const least = textWidth(titleOf(state), 11, true) + margin;
  const title = `<TR><TD WIDTH="${least}"><B>${escaped(titleOf(state))}</B></TD></TR>`;
  const text = lines.length > 0 ? `<HR/>${lines.map((line) => row(line, colours)).join('')}` : '';
  return `<TABLE BORDER="${width}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" STYLE="ROUNDED" ${border}>${title}${text}</TABLE>`;
}

function rows(lines: readonly Line[], colours: Palette): string {
  const all = lines.map((line) => row(line, colours)).join('');
  return `<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">${all}</TABLE>`;
}

/** A text in a label that looks like HTML, in which a backslash still is one of Graphviz' own. */
function escaped(text: string): string {
  return escapeXml(text.replaceAll('\\', '\\\\'));
}

function row({ text, role, transitions, isMarked }: Line, { mark, faint }: Palette): string {
  const parts = wrapped(text, 11, widest);
  const width = Math.max(...parts.map((part) => textWidth(part, 11))) + margin;
  // Every part of several says where it stands, the last one too.
  const shown =
    parts.length > 1 ? parts.map((part) => `${escaped(part)}<BR ALIGN="LEFT"/>`).join('') : escaped(text);
  const [first] = transitions;
  // Without a title Graphviz passes no id on.
  const id = first ? ` ID="${first.id}" TITLE="${escaped(first.description ?? text)}"` : '';
  const colour = isMarked ? mark : role === 'transition' || role === 'behaviour' ? undefined : faint;
  const words = colour === undefined ? shown : `<FONT COLOR="${colour}">${shown}</FONT>`;
  return `<TR><TD ALIGN="LEFT" WIDTH="${width}"${id}>${words}</TD></TR>`;
}

function barLine({ id }: Edge, { edge }: Palette): string {
  const colour = `fillcolor="${edge}", color="${edge}"`;
  return `    "${id}..fork" [id="${id}..fork", shape=box, style=filled, width=0.6, height=0.06, label="", ${colour}]`;
}

/** An edge to several states goes through a bar, from where it leads to each. */
function edgeLines(edge: Edge, colours: Palette): string[] {
  const { id, source, targets, lines, isMarked } = edge;
  const label = lines.length > 0 ? [`label=<${rows(lines, colours)}>`] : [];
  const stroke = isMarked ? [`color="${colours.mark}", penwidth=3`] : [];
  const from = id.endsWith('..initial') ? { node: `${source.id}..initial` } : endOf(source, targets);
  const tail = from.cluster === undefined ? [] : [`ltail="cluster_${from.cluster}"`];
  const line = (a: string, b: string, attributes: readonly string[]) =>
    `  "${a}" -> "${b}" [${attributes.join(', ')}]`;
  const to = targets.map((target) => endOf(target, [source]));
  const head = (cluster: string | undefined) => (cluster === undefined ? [] : [`lhead="cluster_${cluster}"`]);
  const [only] = to;
  if (only && to.length === 1)
    return [
      line(from.node, only.node, [`id="${id}..edge"`, ...label, ...tail, ...head(only.cluster), ...stroke]),
    ];
  const bar = `${id}..fork`;
  return [
    line(from.node, bar, [`id="${id}..edge"`, 'dir=none', ...label, ...tail, ...stroke]),
    ...to.map(({ node, cluster }, index) =>
      line(bar, node, [`id="${id}..edge.${index}"`, ...head(cluster), ...stroke]),
    ),
  ];
}

/** The node at which an edge ends, and the box that it is cut at; what is in the box is drawn from within. */
function endOf(state: DrawnState, others: readonly DrawnState[]): { node: string; cluster?: string } {
  if (state.states.length === 0) return { node: state.id };
  const isInside = others.some((other) => isWithin(other, state));
  return isInside ? { node: `${state.id}..box` } : { node: `${state.id}..box`, cluster: state.id };
}
