import type { Breach } from './breach.ts';
import type { Entry, Log, Mark } from './log.ts';
import { keyOf } from './records.ts';

/** A frame of the log begins with so many bytes; those from the fifth on say whether it ends a commit. */
const frameHeadBytes = 24;

type Written = Extract<Entry, { kind: 'written' }>;

function walFiles(entries: readonly Entry[]): ReadonlySet<number> {
  const made = entries.filter((entry) => entry.kind === 'created' && entry.name.endsWith('-wal'));
  return new Set(made.map((entry) => ('file' in entry ? entry.file : 0)));
}

const endsCommit = ({ bytes }: Written) => bytes.length === frameHeadBytes && bytes.readUInt32BE(4) !== 0;

/** Whether the key was written into the log of SQLite, its commit ended, and the log synced after that. */
function isSynced(entries: readonly Entry[], wals: ReadonlySet<number>, key: string): boolean {
  let [isWritten, isHead, isCommitted] = [false, false, false];
  for (const entry of entries) {
    if (!('file' in entry) || !wals.has(entry.file)) continue;
    if (entry.kind === 'synced' && isCommitted) return true;
    if (entry.kind !== 'written') continue;
    isWritten ||= entry.bytes.includes(key);
    // The page that follows the head of the last frame ends the commit.
    isCommitted ||= isWritten && isHead;
    isHead = endsCommit(entry);
  }
  return false;
}

/** Which commits were acknowledged before they were synced. */
export function judgeSyncs({ entries, marks }: Log): Breach[] {
  const sent = new Map<string, Mark>();
  const wals = walFiles(entries);
  return marks.flatMap((mark): Breach[] => {
    const key = keyOf(mark.values[0] ?? '', Number(mark.values[1]));
    if (mark.word === 'sent') sent.set(key, mark);
    if (mark.word !== 'acknowledged') return [];
    if (isSynced(entries.slice(sent.get(key)?.at, mark.at), wals, key)) return [];
    return [
      {
        law: 'synced',
        message: `${key} was acknowledged before it was synced, at entry ${mark.at} of the log`,
      },
    ];
  });
}
