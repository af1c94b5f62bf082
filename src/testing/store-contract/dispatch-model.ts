import type { Offer, TakeRequest } from '../../index.ts';

/** The offers as anyone would write them down: a list in the order of offers. */
export class DispatchModel {
  #offers: Offer[] = [];

  offer(offers: readonly Offer[]): void {
    for (const offer of offers) {
      const present = this.#offers.find(({ key }) => key === offer.key);
      if (present?.priority === offer.priority && present.startAt === offer.startAt) continue;
      this.withdraw([offer.key]);
      this.#offers.push(offer);
    }
  }

  withdraw(keys: readonly string[]): void {
    this.#offers = this.#offers.filter(({ key }) => !keys.includes(key));
  }

  take({ limit, types, childrenOnly, now }: TakeRequest) {
    const due = this.#offers.filter(({ startAt }) => startAt === undefined || startAt <= now);
    const waiting = this.#offers.filter((offer) => !due.includes(offer));
    const mayGo = ({ type, isChild }: Offer) => types.includes(type) && (isChild || !childrenOnly);
    const asked = due
      .filter(mayGo)
      .toSorted((a, b) => b.priority - a.priority || Number(b.isChild) - Number(a.isChild));
    const keys = asked.slice(0, limit).map(({ key }) => key);
    this.withdraw(keys);
    const others = new Set(due.map(({ type }) => type).filter((type) => !types.includes(type)));
    const times = waiting.map(({ startAt }) => startAt ?? 0);
    return {
      keys,
      nextAt: times.length === 0 ? undefined : Math.min(...times),
      otherTypes: [...others].toSorted(),
    };
  }
}
