import { type Plan, graphOf, isForked, layoutOptions, planOf } from './elk-graph.ts';
import type { ElkEdge, ElkNode, LayoutEngine, Point } from './elk.ts';
import type { Box, Edge, Picture } from './picture.ts';
import { type Header, type TextBlock, type } from './svg-text.ts';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedBox extends Rectangle {
  readonly box: Box;
  readonly header: Header;
  /** Where its lines begin: beneath the title, or beside the boxes in it, so that edges go around them. */
  readonly text: Rectangle;
}

/** A line, with its text when it is the first of an edge. */
export interface PlacedEdge {
  readonly id: string;
  readonly edge: Edge;
  readonly points: readonly Point[];
  readonly hasArrow: boolean;
  readonly label: (Rectangle & { readonly block: TextBlock }) | undefined;
}

/** Where everything lies. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
  /** Where boxes begin, and the bars through which edges to several states go. */
  readonly dots: readonly (Rectangle & { readonly id: string })[];
  readonly forks: readonly (Rectangle & { readonly edge: Edge })[];
}

/** Asks the engine where everything lies. The same picture lies always in the same way. */
export async function layoutOf(
  picture: Picture,
  direction: 'down' | 'right',
  engine: LayoutEngine,
): Promise<Layout> {
  const plan = planOf(picture);
  // As a second argument they are those of every box, not of the outermost alone.
  const options = { layoutOptions: { ...layoutOptions, 'elk.direction': direction.toUpperCase() } };
  return placed(plan, (await engine.layout(graphOf(plan) as never, options)) as ElkNode);
}

function placed({ picture, headers, blocks }: Plan, graph: ElkNode): Layout {
  const nodes = new Map(nodesIn(graph).map((node) => [node.id, node]));
  const edges = new Map(
    nodesIn(graph)
      .flatMap((node) => node.edges ?? [])
      .map((edge) => [edge.id, edge]),
  );
  const at = (id: string) => rectangle(nodes.get(id));
  const all = [...picture.starts, ...picture.edges];
  return {
    width: graph.width ?? 0,
    height: graph.height ?? 0,
    boxes: picture.boxes.map((box) => {
      const header = headers.get(box.state) as Header;
      const around = at(box.state.id);
      const { x, y } = around;
      const beneath = { ...around, x: x + type.padding, y: y + header.titleHeight + type.padding / 2 };
      return { box, header, ...around, text: box.boxes.length > 0 ? at(`${box.state.id}..text`) : beneath };
    }),
    edges: all.flatMap((edge) => {
      const parts = isForked(edge) ? edge.targets.map((_target, index) => `${edge.id}..edge.${index}`) : [];
      return [`${edge.id}..edge`, ...parts].map((id, index) => {
        const { sections = [], labels = [] } = edges.get(id) as ElkEdge;
        const label = labels[0] && { ...rectangle(labels[0]), block: blocks.get(edge) as TextBlock };
        return {
          id,
          edge,
          points: sections.flatMap(pointsOf),
          label,
          hasArrow: !isForked(edge) || index > 0,
        };
      });
    }),
    dots: picture.boxes
      .filter(({ state }) => state.kind === 'compound')
      .map(({ state }) => ({ id: `${state.id}..dot`, ...at(`${state.id}..dot`) })),
    forks: picture.edges.filter(isForked).map((edge) => ({ edge, ...at(`${edge.id}..fork`) })),
  };
}

function nodesIn(node: ElkNode): ElkNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesIn)];
}

function rectangle({ x = 0, y = 0, width = 0, height = 0 }: Partial<Rectangle> = {}): Rectangle {
  return { x, y, width, height };
}

function pointsOf({
  startPoint,
  bendPoints = [],
  endPoint,
}: NonNullable<ElkEdge['sections']>[number]): Point[] {
  return [startPoint, ...bendPoints, endPoint];
}
