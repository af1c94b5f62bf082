import type { DrawnState } from './drawn.ts';
import type { ElkEdge, ElkLabel, ElkNode } from './elk.ts';
import type { Box, Edge, Picture } from './picture.ts';
import { type Header, type TextBlock, headerOf, textBlock, type } from './svg-text.ts';

export const layoutOptions = {
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.labelNode': '8',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.thoroughness': '12',
};

/** A picture with the sizes of its texts. */
export interface Plan {
  readonly headers: ReadonlyMap<DrawnState, Header>;
  readonly blocks: ReadonlyMap<Edge, TextBlock>;
  readonly picture: Picture;
}

/** What the engine is asked: boxes, edges and words with their sizes, by their ids. */
export function graphOf(plan: Plan): ElkNode {
  return {
    id: 'picture',
    layoutOptions: { 'elk.padding': padding(12) },
    children: [nodeOf(plan.picture.root, plan)],
    edges: [...plan.picture.starts, ...plan.picture.edges].flatMap((edge) => edgesOf(edge, plan)),
  };
}

export function planOf(picture: Picture): Plan {
  return {
    picture,
    headers: new Map(picture.boxes.map((box) => [box.state, headerOf(box)])),
    blocks: new Map([...picture.starts, ...picture.edges].map((edge) => [edge, textBlock(edge.lines)])),
  };
}

const padding = (side: number, top = side) => `[top=${top},left=${side},bottom=${side},right=${side}]`;

function nodeOf(box: Box, plan: Plan): ElkNode {
  const { state, boxes } = box;
  const { width, height, titleWidth, titleHeight, block } = plan.headers.get(state) as Header;
  if (boxes.length === 0) return { id: state.id, width, height };
  const text = {
    id: `${state.id}..text`,
    width: block.width,
    height: block.height,
    layoutOptions: { 'elk.layered.layering.layerConstraint': 'FIRST' },
  };
  const start =
    state.kind === 'compound' ? [{ id: `${state.id}..dot`, width: type.dot, height: type.dot }] : [];
  const forks = plan.picture.edges.filter((edge) => isForked(edge) && commonBox(edge) === state);
  const children = [
    ...(block.height > 0 ? [text] : []),
    ...start,
    ...forks.map(({ id }) => ({ id: `${id}..fork`, width: 40, height: type.fork })),
    ...boxes.map((each) => nodeOf(each, plan)),
  ];
  // The engine heeds no least size of a box with others in it, so its sides make room for the title.
  const widest = Math.max(...children.map((child) => child.width ?? 0));
  const side = Math.max(16, (titleWidth - widest) / 2);
  const layoutOptions = { 'elk.padding': padding(side, titleHeight + 12) };
  return { id: state.id, width: widest + 2 * side, layoutOptions, children };
}

export const isForked = ({ targets }: Edge) => targets.length > 1;

/** The innermost box in which an edge runs. */
function commonBox({ source, targets }: Edge): DrawnState {
  const outwards = (state: DrawnState): DrawnState[] =>
    state.parent ? [...outwards(state.parent), state.parent] : [];
  const [first = [], ...rest] = [source, ...targets].map(outwards);
  const shared = first.filter((box) => rest.every((others) => others.includes(box)));
  return shared.at(-1) ?? ([source, ...targets].find(({ parent }) => !parent) as DrawnState);
}

function edgesOf(edge: Edge, { blocks }: Plan): ElkEdge[] {
  const { id, source, targets } = edge;
  const { width, height } = blocks.get(edge) as TextBlock;
  const from = id.endsWith('..initial') ? `${source.id}..dot` : source.id;
  // What leads on in the order of the chart is drawn so; the engine turns as few edges around as it can.
  const leadsOn = targets.every((target) => isAfter(target, source));
  const layoutOptions = { 'elk.layered.priority.direction': leadsOn ? '10' : '1' };
  const label = { text: id, width: width + 6, height: height + 2 };
  const labels: ElkLabel[] =
    height === 0 ? [] : [{ ...label, layoutOptions: { 'elk.edgeLabels.inline': 'true' } }];
  if (!isForked(edge))
    return targets.map((target) => ({
      id: `${id}..edge`,
      sources: [from],
      targets: [target.id],
      labels,
      layoutOptions,
    }));
  const fork = `${id}..fork`;
  return [
    { id: `${id}..edge`, sources: [from], targets: [fork], labels, layoutOptions },
    ...targets.map((target, index) => ({
      id: `${id}..edge.${index}`,
      sources: [fork],
      targets: [target.id],
    })),
  ];
}

/** The order of paths: that in which the states are written. */
function isAfter(state: DrawnState, other: DrawnState): boolean {
  return state.node.order > other.node.order;
}
