import { type Breach, laws } from './breach.ts';
import { type Round, type Series, breachesOf, brokenPromises, isFound } from './series.ts';

/** What became of a series. */
export interface Row {
  readonly name: string;
  readonly processes: number;
  readonly cuts: number;
  readonly acknowledged: number;
  /** Cuts that took something which was acknowledged. */
  readonly losses: number;
  /** Cuts that left a file that is not whole. */
  readonly damages: number;
  /** Acknowledgements that came before their sync. */
  readonly late: number;
  readonly broken: readonly (Breach & { readonly seed: number })[];
  /** It is one of those that have to be found broken. */
  readonly isSought: boolean;
  readonly isFound: boolean;
}

export function emptyRow({ name, mustBreak }: Series): Row {
  const counts = { processes: 0, cuts: 0, acknowledged: 0, losses: 0, damages: 0, late: 0 };
  return { name, ...counts, broken: [], isSought: mustBreak.length > 0, isFound: false };
}

export function withRound(row: Row, series: Series, round: Round): Row {
  const having = (law: Breach['law']) =>
    round.cuts.filter(({ breaches }) => breaches.some((breach) => breach.law === law)).length;
  const broken = brokenPromises(series, round).map((breach) => ({ ...breach, seed: round.seed }));
  return {
    ...row,
    processes: row.processes + 1,
    cuts: row.cuts + round.cuts.length,
    acknowledged: row.acknowledged + round.acknowledged,
    losses: row.losses + having('kept'),
    damages: row.damages + having('whole'),
    late: row.late + round.late.length,
    broken: [...row.broken, ...broken],
    isFound: row.isFound || isFound(series, breachesOf(round)),
  };
}

/** Nothing was broken that was promised, and what has to be found was found. */
export const isGood = ({ broken, isSought, isFound }: Row) => broken.length === 0 && isFound === isSought;

function verdict(row: Row): string {
  if (row.isSought) return row.isFound ? 'found' : 'NOT FOUND';
  return row.broken.length === 0 ? 'kept' : `BROKEN ${row.broken.length} times`;
}

export function table(rows: readonly Row[]): string {
  const head =
    '| series | processes | cuts | acknowledged | cuts with a loss | with damage | answers before the sync | promise |';
  const lines = rows.map((row) => {
    const { name, processes, cuts, acknowledged, losses, damages, late } = row;
    return `| ${[name, processes, cuts, acknowledged, losses, damages, late, verdict(row)].join(' | ')} |`;
  });
  const broken = rows.flatMap((row) =>
    row.broken
      .slice(0, 5)
      .map((one) => `${row.name}, seed ${one.seed}: not so: "${laws[one.law]}": ${one.message}`),
  );
  return [head, `|${' --- |'.repeat(8)}`, ...lines, ...(broken.length === 0 ? [] : ['', ...broken])].join(
    '\n',
  );
}
