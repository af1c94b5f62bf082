import { Fault } from '../fault.ts';

/** What is asked of the layout engine, and what it adds: the part of ELK's JSON that is used here. */
export interface ElkNode {
  readonly id: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly layoutOptions?: Readonly<Record<string, string>>;
  readonly children?: readonly ElkNode[];
  readonly edges?: readonly ElkEdge[];
}

export interface ElkEdge {
  readonly id: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly labels?: readonly ElkLabel[];
  readonly layoutOptions?: Readonly<Record<string, string>>;
  readonly sections?: readonly {
    readonly startPoint: Point;
    readonly endPoint: Point;
    readonly bendPoints?: readonly Point[];
  }[];
}

export interface ElkLabel {
  readonly text: string;
  readonly width: number;
  readonly height: number;
  readonly x?: number;
  readonly y?: number;
  readonly layoutOptions?: Readonly<Record<string, string>>;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An instance of ELK: `new ELK()` of elkjs, with or without a worker. */
export interface LayoutEngine {
  layout(graph: never, options: { layoutOptions: Record<string, string> }): Promise<unknown>;
}

let own: Promise<LayoutEngine> | undefined;

/**
 * The user's elkjs, loaded when a first picture needs it.
 *
 * @throws NotSupported when it is not installed.
 */
export function loadElk(): Promise<LayoutEngine> {
  own ??= load();
  return own;
}

async function load(): Promise<LayoutEngine> {
  try {
    const { default: Elk } = (await import('elkjs/lib/elk.bundled.js')) as unknown as {
      default: new () => LayoutEngine;
    };
    return new Elk();
  } catch (cause) {
    own = undefined;
    throw new Fault(
      'NotSupported',
      'Expected elkjs to be installed, for it says where everything lies in an SVG. Run: npm install elkjs. ' +
        'Where modules cannot be found by name, as in a page without a bundler, give an instance: toSvg(machine, { elk })',
      { cause },
    );
  }
}
