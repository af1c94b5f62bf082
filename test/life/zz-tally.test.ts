import fc from 'fast-check';
import { test } from 'vitest';
import * as life from '../properties/laws-of-life.ts';
import * as records from '../properties/laws-of-records.ts';
import * as trees from './tree-laws.ts';
import { treePrograms } from './tree-program.ts';
import { runTree } from './tree-world.ts';
import { writeFileSync } from 'node:fs';
const laws: Record<string, records.HistoryLaw> = { ...Object.fromEntries(Object.entries(records).filter(([n]) => ['finalIsFinal','outcomesBelongToStates','stampsAreOrdered','progressBelongsToRunning','cancelledNeverGoesBack','sequencesGrow','watchersSeeSequencesGrow','finalIsNeverMissed','actorsFollowTheCommitted'].includes(n))) as Record<string, records.HistoryLaw>, oneCancel: life.oneCancelCounts, there: life.whatIsReturnedIsThere, settles: life.everythingSettles, endedMeansGone: life.endedMeansGone, overlap: life.bodiesNeverOverlap, ...trees as unknown as Record<string, records.HistoryLaw> };
delete (laws as Record<string, unknown>)['lookAt'];
console.warn = () => {};
for (const stops of [false, true]) for (const orderly of [true, false]) test(`${stops} ${orderly}`, { timeout: 250_000 }, async () => {
  const tally = new Map<string, { n: number; size: number; text: string }>();
  const programs = fc.sample(treePrograms, { numRuns: Number(process.env['N'] ?? 150), seed: 7 });
  for (const p of programs) {
    const program = { ...p, seed: orderly ? 0 : p.seed || 5, stopMs: stops ? (p.stopMs ?? 0) : undefined };
    let kinds: string[]; let text: string;
    try {
      const { history, found } = await runTree(program);
      const broken = Object.entries(laws).flatMap(([name, law]) => [...law(history)].map((what) => `${name}: ${what}`));
      kinds = [...found.map((f) => `found: ${f}`), ...broken];
      text = kinds.join('\n') + '\n' + JSON.stringify(program) + '\n' + history.toString();
    } catch (error) { kinds = [`threw ${(error as Error).message.split('\n')[0]}`]; text = (error as Error).message; }
    for (const kind of new Set(kinds.map((k) => k.replaceAll(/\d+/g, 'N').slice(0, 90)))) {
      const seen = tally.get(kind);
      tally.set(kind, { n: (seen?.n ?? 0) + 1, size: Math.min(seen?.size ?? Infinity, text.length), text: seen && seen.size < text.length ? seen.text : text });
    }
  }
  const sorted = [...tally].toSorted((a, b) => b[1].n - a[1].n);
  console.log(`stops ${stops} orderly ${orderly}\n` + sorted.map(([k, v]) => `${v.n} × ${k} (${v.size})`).join('\n'));
  sorted.forEach(([k, v], i) => writeFileSync(`/tmp/tally-${stops}-${orderly}-${i}.txt`, k + '\n' + v.text));
});
