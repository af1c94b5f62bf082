/** The keys that were taken out of the order are cut out of it once they are this many, and half of it. */
const compactFrom = 1024;

/** Keys in the order of creation. */
export class KeysInOrder {
  #keys: string[] = [];
  #orders: number[] = [];
  #removed = 0;

  get isEmpty(): boolean {
    return this.#removed === this.#keys.length;
  }

  /** The order is greater than that of every key before it. */
  add(key: string, order: number): void {
    this.#keys.push(key);
    this.#orders.push(order);
  }

  /** One of the keys stands for nothing any more. `isKept` tells which do. */
  remove(isKept: (key: string) => boolean): void {
    this.#removed += 1;
    if (this.#removed < compactFrom || this.#removed * 2 < this.#keys.length) return;
    const kept = this.#keys.map(isKept);
    this.#keys = this.#keys.filter((_key, index) => kept[index]);
    this.#orders = this.#orders.filter((_order, index) => kept[index]);
    this.#removed = 0;
  }

  /** Those of a greater order, and some that were removed. */
  *after(order: number): Generator<string, void, undefined> {
    for (let index = this.#firstAfter(order); index < this.#keys.length; index += 1) {
      yield this.#keys[index] ?? '';
    }
  }

  #firstAfter(order: number): number {
    let low = 0;
    let high = this.#orders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#orders[middle] ?? 0) <= order) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
