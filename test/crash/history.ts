import type { Entry, Told } from './told.ts';

/** Something that a process said, and who it was. */
export type Said<K extends Entry['kind'] = Entry['kind']> = Extract<Told, { kind: K }> & {
  readonly by: string;
};

/** A process, by what it said. */
export interface Teller {
  readonly name: string;
  readonly told: readonly Told[];
  /** Undefined: it ended by itself. */
  readonly killedAt?: number | undefined;
}

/** One body, from its first word to its last, or to the end of its process. */
export interface BodyRun {
  readonly key: string;
  readonly by: string;
  readonly from: number;
  readonly to: number;
  readonly checkpoint: number;
}

/** All that the processes of one file have said, in the order of time. */
export class History {
  readonly said: readonly Said[];
  readonly runs: readonly BodyRun[];
  /** The worker of a process, by its name. */
  readonly #workers = new Map<string, string>();

  constructor(processes: readonly Teller[]) {
    const all = processes.flatMap(({ name, told }) => told.map((entry) => ({ ...entry, by: name })));
    this.said = all.toSorted((a, b) => a.at - b.at);
    for (const { by, worker } of this.of('worker')) this.#workers.set(by, worker);
    this.runs = processes.flatMap(runsOf);
  }

  of<K extends Entry['kind']>(kind: K): readonly Said<K>[] {
    return this.said.filter((entry): entry is Said<K> => entry.kind === kind);
  }

  /** When the lease of the process was ended by others; undefined: it never was. */
  leaseEndedAt(process: string): number | undefined {
    const worker = this.#workers.get(process);
    return this.of('leaseEnded').find((entry) => entry.worker === worker)?.at;
  }
}

function runsOf({ name: by, told, killedAt }: Teller): BodyRun[] {
  const runs: BodyRun[] = [];
  const open = new Map<string, Extract<Told, { kind: 'start' }>[]>();
  for (const entry of told) {
    if (entry.kind === 'start') open.set(entry.key, [...(open.get(entry.key) ?? []), entry]);
    if (entry.kind !== 'end') continue;
    const started = open.get(entry.key)?.shift();
    if (started) runs.push(run(by, started, entry.at));
  }
  // Its process may say nothing of its end.
  const last = killedAt ?? told.at(-1)?.at ?? 0;
  for (const started of [...open.values()].flat()) runs.push(run(by, started, last));
  return runs;
}

function run(by: string, { key, at, checkpoint }: Extract<Told, { kind: 'start' }>, to: number): BodyRun {
  return { key, by, from: at, to, checkpoint };
}
