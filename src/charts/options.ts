import { invalidArgument } from '../fault.ts';

const directions = ['down', 'right'] as const;
const themes = ['auto', 'light', 'dark'] as const;
const parts = ['actions', 'answers', 'descriptions', 'guards', 'internal', 'tags'] as const;

/** What may be left out of a drawing. `internal`: transitions without a target, which stand in the box of their state. */
export type DrawnPart = (typeof parts)[number];

/** How a machine is drawn. */
export interface DrawOptions {
  /** Which way the chart reads. Default `down`: boxes with text are wider than high. */
  readonly direction?: 'down' | 'right';
  /**
   * Ids of states and transitions, as `drawingOf` tells them, that are drawn in a colour of their own. Default none. An id
   * that is not in the drawing marks nothing.
   */
  readonly mark?: Iterable<string>;
  /** What is not drawn. Default nothing. Transitions that read alike after that share a line. */
  readonly leaveOut?: readonly DrawnPart[];
  /** Whether what leaves a box is drawn from the box, not from the state in it. Default false. */
  readonly overview?: boolean;
  /**
   * `auto` follows whoever looks: by `prefers-color-scheme` in an SVG, by the page in Mermaid; DOT knows no such thing, and is
   * light. Default `auto`.
   */
  readonly theme?: 'auto' | 'light' | 'dark';
}

/** Options without a gap. */
export interface Drawn {
  readonly direction: 'down' | 'right';
  readonly theme: 'auto' | 'light' | 'dark';
  readonly mark: ReadonlySet<string>;
  readonly leaveOut: ReadonlySet<DrawnPart>;
  readonly overview: boolean;
}

/** @throws InvalidArgument for what is none of the values that an option takes. */
export function checked(options: DrawOptions): Drawn {
  const { direction = 'down', theme = 'auto', mark = [], leaveOut = [], overview = false } = options;
  oneOf('direction', directions, direction);
  oneOf('theme', themes, theme);
  for (const part of leaveOut) oneOf('leaveOut', parts, part);
  if (typeof mark === 'string') throw invalidArgument('mark', 'a list of ids', mark);
  if (typeof overview !== 'boolean') throw invalidArgument('overview', 'a boolean', overview);
  return { direction, theme, mark: new Set(mark), leaveOut: new Set(leaveOut), overview };
}

function oneOf(property: string, values: readonly string[], value: unknown): void {
  if (values.includes(value as string)) return;
  throw invalidArgument(property, `one of ${values.map((each) => `"${each}"`).join(', ')}`, value);
}
