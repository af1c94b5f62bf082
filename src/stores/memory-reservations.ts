import TinyQueue from 'tinyqueue';
import type { Reservation } from '../store.ts';

/** The names that stand for a key, until they expire or their owner goes. */
export class MemoryReservations {
  readonly #byName = new Map<string, Reservation>();
  readonly #namesOf = new Map<string, string[]>();
  /** Those that expire, the first one first. */
  readonly #expiring = new TinyQueue<Reservation>([], (a, b) => a.expiresAt - b.expiresAt);

  find(name: string, now: number): Reservation | undefined {
    const reservation = this.#byName.get(name);
    return reservation && reservation.expiresAt > now ? reservation : undefined;
  }

  reserve({ name, key, digest, expiresAt, owner }: Reservation): void {
    const reservation = { name, key, digest, expiresAt, owner };
    this.#byName.set(name, reservation);
    if (Number.isFinite(expiresAt)) this.#expiring.push(reservation);
    if (owner === undefined) return;
    const names = this.#namesOf.get(owner);
    if (names) names.push(name);
    else this.#namesOf.set(owner, [name]);
  }

  expire(now: number): void {
    for (let first = this.#expiring.peek(); first && first.expiresAt <= now; first = this.#expiring.peek()) {
      this.#expiring.pop();
      if (this.#byName.get(first.name) === first) this.#byName.delete(first.name);
    }
  }

  /** The record of this key is gone, and the names that it owned with it. */
  release(owner: string): void {
    for (const name of this.#namesOf.get(owner) ?? []) {
      if (this.#byName.get(name)?.owner === owner) this.#byName.delete(name);
    }
    this.#namesOf.delete(owner);
  }
}
