import type { AnyStateMachine } from 'xstate';
import { drawingOf } from './drawing.ts';
import { type LayoutEngine, type Point, loadElk } from './elk.ts';
import { type Layout, type PlacedBox, type PlacedEdge, layoutOf } from './layout.ts';
import { type DrawOptions, checked } from './options.ts';
import { type Line, pictureOf } from './picture.ts';
import { styleOf } from './svg-style.ts';
import { type TextBlock, type } from './svg-text.ts';
import { escapeXml } from './text.ts';
import { brief } from './wording.ts';

export interface SvgOptions extends DrawOptions {
  /** The layout engine: `new ELK()` of elkjs. Default: elkjs as it is found by its name. */
  readonly elk?: LayoutEngine;
}

/**
 * The machine as a picture that needs nothing else: no script, no font, no style sheet of the page. Every state, every
 * transition and every edge is an element with its id. Cost: that of the layout, a second for some sixty states.
 *
 * @throws NotSupported when elkjs is not installed and none was given.
 * @throws InvalidArgument for what is no machine of XState 5, and for an option that does not exist.
 */
export async function toSvg(machine: AnyStateMachine, options: SvgOptions = {}): Promise<string> {
  const settings = checked(options);
  const picture = pictureOf(drawingOf(machine), settings);
  const layout = await layoutOf(picture, settings.direction, options.elk ?? (await loadElk()));
  const width = Math.ceil(layout.width);
  const height = Math.ceil(layout.height);
  const { id, name } = picture.root.state;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" id="${id}..picture" class="taskchart-${settings.theme}" role="img" ` +
      `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(name)}</title>`,
    `<style>\n${styleOf(settings.theme)}\n</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...layout.boxes.flatMap(boxElement),
    ...dotElements(layout),
    ...layout.edges.map(edgeElement),
    // Edges may enter a frame through its title, so that one comes after them.
    ...layout.boxes.filter(isFrame).map(titleElement),
    ...layout.edges.flatMap(labelElement),
    '</svg>\n',
  ].join('\n');
}

const number = (value: number) => String(Math.round(value * 10) / 10);

function isFrame({ box }: PlacedBox): boolean {
  return box.boxes.length > 0;
}

function boxElement(placed: PlacedBox): string[] {
  const { box, header, text, x, y, width, height } = placed;
  const { state, isMarked } = box;
  const classes = [
    'state',
    state.kind,
    ...(isFrame(placed) ? ['frame'] : []),
    ...(isMarked ? ['marked'] : []),
  ];
  const radius = state.kind === 'final' || state.kind.endsWith('History') ? 14 : 6;
  const rectangle = (inset: number) =>
    `<rect x="${number(x + inset)}" y="${number(y + inset)}" width="${number(width - 2 * inset)}" ` +
    `height="${number(height - 2 * inset)}" rx="${radius - inset}"/>`;
  const lineY = number(y + header.titleHeight);
  const hasLine = header.block.height > 0 || isFrame(placed);
  return [
    `<g id="${state.id}" class="${classes.join(' ')}">`,
    ...tooltip(state.description, state.meta),
    rectangle(0),
    ...(state.kind === 'final' ? [rectangle(3)] : []),
    ...(isFrame(placed) ? [] : [titleElement(placed)]),
    ...(hasLine ? [`<line x1="${number(x)}" x2="${number(x + width)}" y1="${lineY}" y2="${lineY}"/>`] : []),
    ...blockElements(header.block, text.x, text.y),
    '</g>',
  ];
}

function titleElement(placed: PlacedBox): string {
  const { box, header, x, y, width } = placed;
  const top = y + type.padding / 2 + type.title;
  const rows = header.title.map((row, index) => {
    const line = number(top + index * (type.leading + 2));
    return `<tspan x="${number(x + width / 2)}" y="${line}">${escapeXml(row)}</tspan>`;
  });
  const framed = isFrame(placed) ? ` id="${box.state.id}..title" class="title framed"` : ' class="title"';
  return `<text${framed} text-anchor="middle">${rows.join('')}</text>`;
}

function tooltip(description: string | undefined, meta: unknown): string[] {
  const words = [description, meta === undefined ? undefined : brief(meta)].filter(
    (each) => each !== undefined,
  );
  return words.length === 0 ? [] : [`<title>${escapeXml(words.join(' '))}</title>`];
}

function blockElements({ lines }: TextBlock, x: number, top: number, anchor = ''): string[] {
  let y = top - 4;
  return lines.map(({ line, rows }) => {
    const spans = rows.map((row) => {
      y += type.leading;
      return `<tspan x="${number(x)}" y="${number(y)}">${escapeXml(row)}</tspan>`;
    });
    const about = tooltip(line.transitions[0]?.description, undefined).join('');
    return `<text${idOf(line)}${classOf(line)}${anchor}>${about}${spans.join('')}</text>`;
  });
}

function idOf({ transitions: [first] }: Line): string {
  return first === undefined ? '' : ` id="${first.id}"`;
}

function classOf({ role, isMarked }: Line): string {
  const isFaint = role === 'description' || role === 'tags';
  const classes = [...(isFaint ? ['faint'] : []), ...(isMarked ? ['marked'] : [])];
  return classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
}

function dotElements({ dots, forks }: Layout): string[] {
  const circles = dots.map(({ id, x, y, width }) => {
    const radius = width / 2;
    return `<circle id="${id}" class="dot" cx="${number(x + radius)}" cy="${number(y + radius)}" r="${number(radius)}"/>`;
  });
  const bars = forks.map(
    ({ edge, x, y, width, height }) =>
      `<rect id="${edge.id}..fork" class="fork" x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}"/>`,
  );
  return [...circles, ...bars];
}

function edgeElement({ id, edge, points, hasArrow }: PlacedEdge): string {
  const path = points
    .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${number(x)} ${number(y)}`)
    .join('');
  const head = hasArrow ? arrowHead(points) : '';
  return `<g id="${id}" class="edge${edge.isMarked ? ' marked' : ''}"><path d="${path}"/>${head}</g>`;
}

/** Drawn, not a marker: markers need ids of their own and take no colour from the edge everywhere. */
function arrowHead(points: readonly Point[]): string {
  const [before, tip] = points.slice(-2);
  if (!before || !tip) return '';
  const angle = (Math.atan2(tip.y - before.y, tip.x - before.x) * 180) / Math.PI;
  const at = `translate(${number(tip.x)} ${number(tip.y)}) rotate(${number(angle)})`;
  return `<polygon class="head" points="0,0 -8,-4 -8,4" transform="${at}"/>`;
}

function labelElement({ edge, label }: PlacedEdge): string[] {
  if (!label) return [];
  const { x, y, width, height, block } = label;
  return [
    `<g id="${edge.id}..label" class="label">`,
    `<rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" rx="2"/>`,
    ...blockElements(block, x + width / 2, y + 1, ' text-anchor="middle"'),
    '</g>',
  ];
}
