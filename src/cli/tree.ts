import { type RecordStore, type TaskInfo, type TaskRecord, taskInfo } from '../index.ts';
import { paint, shown, stateStyle, stateWord } from './text.ts';
import { remark } from './list.ts';

/** A task and those below it. */
export interface Branch {
  readonly record: TaskRecord;
  readonly children: readonly Branch[];
  /** There are more children than were read. */
  readonly isCut: boolean;
}

/** Deeper ones are read when they are shown themselves. */
const deepest = 8;

/** The tasks below this one, at most `limit` for each parent and in all 20 times as many. */
export async function branchOf(records: RecordStore, record: TaskRecord, limit: number): Promise<Branch> {
  const budget = { left: limit * 20 };
  const grow = async (parent: TaskRecord, depth: number): Promise<Branch> => {
    const most = Math.min(limit, budget.left);
    const filter = { parentTaskKeys: [parent.key] };
    const found = await records.query({ filter, after: 0, limit: most + 1 });
    budget.left -= Math.min(found.length, most);
    if (depth >= deepest) return { record: parent, children: [], isCut: found.length > 0 };
    const children: Branch[] = [];
    for (const child of found.slice(0, most)) children.push(await grow(child, depth + 1));
    return { record: parent, children, isCut: found.length > most };
  };
  return grow(record, 0);
}

/** The children of the branch as lines, each indented by how deep it is. */
export function linesOf({ children, isCut }: Branch, output: NodeJS.WriteStream, indent = '  '): string[] {
  const lines = children.flatMap((child) => [
    `${indent}${line(child.record, output)}`,
    ...linesOf(child, output, `${indent}  `),
  ]);
  return isCut ? [...lines, `${indent}… more: --children N`] : lines;
}

function line(record: TaskRecord, output: NodeJS.WriteStream): string {
  const { key, creation, life } = record;
  const word = stateWord(record);
  const progress = life.progress === undefined ? '' : `${life.progress} %`;
  const parts = [
    key,
    shown(creation.type),
    paint(stateStyle(word), word, output),
    linkWord(record),
    progress,
  ];
  return [...parts, remark(record)].filter((part) => part !== '').join('  ');
}

/** How it belongs to its parent, where its parent does not wait for it. */
function linkWord({ creation: { child } }: TaskRecord): string {
  if (!child) return '(linked)';
  return child.detached ? '(detached)' : '';
}

/** The branch as data. */
export interface BranchData {
  readonly task: TaskInfo;
  readonly link: 'child' | 'detached' | 'linked';
  readonly children: readonly BranchData[];
  readonly more: boolean;
}

export function dataOf({ children }: Branch): BranchData[] {
  return children.map((branch) => {
    const { child } = branch.record.creation;
    const link = !child ? 'linked' : child.detached ? 'detached' : 'child';
    return { task: taskInfo(branch.record), link, children: dataOf(branch), more: branch.isCut };
  });
}
