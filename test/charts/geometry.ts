import type { Drawing, DrawnState } from '../../src/charts/index.ts';

export interface Area {
  readonly name: string;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What Chromium says of a picture: where its boxes, words and lines lie. */
export interface Measured {
  readonly picture: Area;
  /** The boxes of states, by id. */
  readonly boxes: readonly Area[];
  /** The words in boxes, and the titles of boxes with others in them; the name is the id of the state. */
  readonly words: readonly Area[];
  readonly titles: readonly Area[];
  /** The words on edges; the name is the id of the edge. */
  readonly labels: readonly Area[];
  /** The plates that labels stand on. */
  readonly plates: readonly Area[];
  /** The straight parts of edges. */
  readonly lines: readonly Area[];
  /** The size of its smallest type, in pixels. */
  readonly smallest: number;
}

const tolerance = 1;

function overlap(one: Area, other: Area): boolean {
  return (
    one.left + tolerance < other.right &&
    other.left + tolerance < one.right &&
    one.top + tolerance < other.bottom &&
    other.top + tolerance < one.bottom
  );
}

function contains(outer: Area, inner: Area): boolean {
  return (
    inner.left >= outer.left - tolerance &&
    inner.right <= outer.right + tolerance &&
    inner.top >= outer.top - tolerance &&
    inner.bottom <= outer.bottom + tolerance
  );
}

/** A line has no width: it goes through an area if it is in it, and not at its border alone. */
function passesThrough(line: Area, { left, top, right, bottom }: Area): boolean {
  return (
    line.right > left + tolerance &&
    line.left < right - tolerance &&
    line.bottom > top + tolerance &&
    line.top < bottom - tolerance
  );
}

function pairs<T>(list: readonly T[]): (readonly [T, T])[] {
  return list.flatMap((one, index) => list.slice(index + 1).map((other) => [one, other] as const));
}

function overlapping(what: string, list: readonly (readonly [Area, Area])[]): string[] {
  const found = list.filter(([one, other]) => overlap(one, other));
  return found.map(([one, other]) => `${what}: ${one.name} and ${other.name}`);
}

const each = (some: readonly Area[], others: readonly Area[]) =>
  some.flatMap((one) => others.map((other) => [one, other] as const));

/** Everything that lies where it should not, in words. */
export function misplaced(drawing: Drawing, found: Measured): string[] {
  const { picture, boxes, words, titles, labels, plates } = found;
  const boxOf = new Map(boxes.map((box) => [box.name, box]));
  const at = ({ id }: DrawnState) => boxOf.get(id) as Area;
  const leaves = drawing.states.filter(({ states }) => states.length === 0).map(at);
  const texts = [...words, ...titles];
  const inside = drawing.states.flatMap((state) =>
    state.parent ? [[at(state.parent), at(state)] as const] : [],
  );
  const plateOf = new Map(plates.map((plate) => [plate.name, plate]));
  return [
    ...drawing.states.flatMap(({ states }) => overlapping('two boxes overlap', pairs(states.map(at)))),
    ...overlapping('words overlap', pairs(texts)),
    ...overlapping('labels overlap', pairs(labels)),
    ...overlapping('the plates of labels overlap', pairs(plates)),
    ...overlapping('a label and words overlap', each(labels, texts)),
    ...overlapping('a label lies on a box', each(labels, leaves)),
    ...outside('leaves its box', inside),
    ...outside(
      'has words that leave it',
      texts.map((text) => [boxOf.get(text.name) as Area, text] as const),
    ),
    ...outside(
      'has a label that leaves its plate',
      labels.map((label) => [plateOf.get(label.name) as Area, label] as const),
    ),
    ...outside(
      'leaves the picture',
      [...labels, ...boxes].map((area) => [picture, area] as const),
    ),
    ...crossed(found, leaves),
  ];
}

function outside(what: string, list: readonly (readonly [Area, Area])[]): string[] {
  return list.flatMap(([outer, inner]) => (contains(outer, inner) ? [] : [`${inner.name} ${what}`]));
}

/** An edge may pass through a box with boxes in it, and through the title of one; through nothing else. */
function crossed({ lines, words, labels }: Measured, leaves: readonly Area[]): string[] {
  const names = new Set(leaves.map(({ name }) => name));
  const free = [...leaves, ...words.filter(({ name }) => !names.has(name)), ...labels];
  const found = each(lines, free).filter(
    ([line, area]) => line.name !== area.name && passesThrough(line, area),
  );
  return found.map(([line, area]) => `${line.name} passes through ${area.name}`);
}
