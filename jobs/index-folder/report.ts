import { open, rename, rm } from 'node:fs/promises';
import type { Tally } from './tally.ts';

export interface ReportHead {
  readonly folder: string;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/** Where a report is written before it takes its place. */
export function temporary(file: string): string {
  return `${file}.${process.pid}.tmp`;
}

/** The report is at `file`, whole: whoever reads it there never finds half of one. */
export async function writeReport(file: string, head: ReportHead, tally: Tally): Promise<void> {
  const unfinished = temporary(file);
  try {
    await using output = await open(unfinished, 'w');
    for (const text of pieces(head, tally)) await output.write(text);
    await output.sync();
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await rename(unfinished, file);
}

const entriesInPiece = 1_000;

/** In pieces, as a million files do not fit into one string. One entry a line, by path: two reports can be compared. */
function* pieces(head: ReportHead, tally: Tally): Generator<string, void, undefined> {
  const { found, canceled, bytes, gzipBytes, textFiles, lines, files, failures, skipped } = tally;
  const totals = {
    found,
    indexed: files.length,
    text: textFiles,
    binary: files.length - textFiles,
    lines,
    bytes,
    gzipBytes,
    failed: failures.length,
    skipped: skipped.length,
    canceled,
  };
  const members = {
    version: 1,
    folder: head.folder,
    startedAt: head.startedAt.toISOString(),
    durationMs: Math.round(head.durationMs),
    canceled: tally.isCanceling,
    totals,
  };
  yield JSON.stringify(members, null, 2).slice(0, -2);
  yield* list('files', files);
  yield* list('failures', failures);
  yield* list('skipped', skipped);
  yield '\n}\n';
}

function* list(
  name: string,
  entries: readonly { readonly path: string }[],
): Generator<string, void, undefined> {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  yield `,\n  "${name}": [`;
  for (let at = 0; at < sorted.length; at += entriesInPiece) {
    const lines = sorted.slice(at, at + entriesInPiece).map((entry) => `\n    ${JSON.stringify(entry)}`);
    yield (at === 0 ? '' : ',') + lines.join(',');
  }
  yield sorted.length > 0 ? '\n  ]' : ']';
}
