import type { Box, Line } from './picture.ts';
import { titleOf } from './picture.ts';
import { textWidth, wrapped } from './text-width.ts';

/** Sizes of type and what lies around it, in pixels. */
export const type = { title: 14, line: 12, leading: 16, padding: 8, dot: 10, fork: 6 } as const;

/** A line of text as it is set: in several rows when it is long. */
export interface SetLine {
  readonly line: Line;
  readonly rows: readonly string[];
}

/** A block of text with its size. */
export interface TextBlock {
  readonly lines: readonly SetLine[];
  readonly width: number;
  readonly height: number;
}

const longest = { description: 260, others: 380 } as const;

export function textBlock(lines: readonly Line[]): TextBlock {
  const set = lines.map((line) => ({
    line,
    rows: wrapped(line.text, type.line, line.role === 'description' ? longest.description : longest.others),
  }));
  const rows = set.flatMap((each) => each.rows);
  const width = Math.max(0, ...rows.map((row) => textWidth(row, type.line)));
  return { lines: set, width, height: rows.length * type.leading };
}

/** The words at the top of a box, and how much room they take. */
export interface Header {
  readonly title: readonly string[];
  readonly block: TextBlock;
  readonly titleWidth: number;
  readonly titleHeight: number;
  /** With the lines beneath the title. */
  readonly width: number;
  readonly height: number;
}

export function headerOf({ state, lines }: Box): Header {
  // Bold type is wider, so its lines are shorter.
  const title = wrapped(titleOf(state), type.title, longest.others * 0.85);
  const block = textBlock(lines);
  const titleWidth = Math.max(40, ...title.map((row) => textWidth(row, type.title, true))) + 2 * type.padding;
  const titleHeight = title.length * (type.leading + 2) + type.padding;
  return {
    title,
    block,
    titleWidth,
    titleHeight,
    width: Math.max(titleWidth, block.width + 2 * type.padding),
    height: titleHeight + (block.height === 0 ? 0 : block.height + type.padding),
  };
}
