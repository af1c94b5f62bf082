/** What was accepted of a batch: the places of its groups. */
interface Batch {
  readonly number: number;
  readonly accepted: Set<number>;
}

/** What was accepted of the last two batches of a worker: one that heard no answer sends it again. */
export class MemoryBatches {
  readonly #last = new Map<string, readonly Batch[]>();

  /** The places of the groups that were accepted of this batch before; to be added to. */
  accepted(worker: string, number: number | undefined): Set<number> {
    if (number === undefined) return new Set();
    const last = this.#last.get(worker) ?? [];
    const known = last.find((batch) => batch.number === number);
    if (known) return known.accepted;
    const accepted = new Set<number>();
    const newest = Math.max(number, ...last.map((batch) => batch.number));
    const still = last.filter((batch) => batch.number >= newest - 1);
    this.#last.set(worker, [...still, { number, accepted }]);
    return accepted;
  }
}
