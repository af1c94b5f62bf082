import type { AnyStateMachine } from 'xstate';
import { drawingOf, toMermaid } from '../../charts/index.ts';

/** A step of the path as the picture shows it: an arrow between two leaves. */
export interface Mark {
  readonly from: string;
  readonly to: string;
  /** Numbered by whoever makes the path. */
  readonly label: string;
  readonly hasFailed: boolean;
}

/**
 * The chart as a Mermaid flowchart with the path in it: thick and numbered where it went, dashed and red where it ended
 * differently. What stays in its state is left out.
 */
export function markedChart(machine: AnyStateMachine, marks: readonly Mark[]): string {
  const ids = new Map(drawingOf(machine).states.map(({ id, path }) => [path.join('.'), id]));
  const idOf = (leaf: string) => ids.get(leaf) ?? leaf;
  const path = marks.map((mark) => ({ ...mark, from: idOf(mark.from), to: idOf(mark.to) }));
  return toMermaid(machine, { leaveOut: ['actions', 'answers', 'descriptions', 'internal', 'tags'], path });
}
