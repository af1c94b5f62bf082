/** What was accepted of the last batch of a worker: one that heard no answer sends it again. */
export class MemoryBatches {
  readonly #last = new Map<string, { readonly batch: number; readonly accepted: Set<number> }>();

  /** The places of the groups that were accepted of this batch before; to be added to. */
  accepted(worker: string, batch: number | undefined): Set<number> {
    if (batch === undefined) return new Set();
    const last = this.#last.get(worker);
    if (last?.batch === batch) return last.accepted;
    const accepted = new Set<number>();
    this.#last.set(worker, { batch, accepted });
    return accepted;
  }
}
