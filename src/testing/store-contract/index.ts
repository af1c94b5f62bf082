import type { Store } from '../../index.ts';
import { checkKnown, invalid } from '../arguments.ts';
import { changeLaws } from './change-laws.ts';
import { closeLaws } from './close-laws.ts';
import { commitLaws } from './commit-laws.ts';
import { dispatchLaws } from './dispatch-laws.ts';
import { familyLaws } from './family-laws.ts';
import { growthLaws } from './growth-laws.ts';
import { journalLaws } from './journal-laws.ts';
import { leaseLaws, withoutLeases } from './lease-laws.ts';
import { modelLaws } from './model-laws.ts';
import { pruneLaws } from './prune-laws.ts';
import { queryLaws } from './query-laws.ts';
import { reservationLaws } from './reservation-laws.ts';
import type { StoreLaw } from './samples.ts';

/** Something that is always true; `run` rejects with an assertion that says what was not. */
export interface Law {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export interface StoreContractOptions {
  /** False: it is gone with its process, and has no leases. Default true. */
  readonly leases?: boolean;
}

const laws: readonly StoreLaw[] = [
  ...commitLaws,
  ...queryLaws,
  ...changeLaws,
  ...pruneLaws,
  ...familyLaws,
  ...reservationLaws,
  ...dispatchLaws,
  ...modelLaws,
  ...growthLaws,
  ...journalLaws,
  ...closeLaws,
];

/**
 * Every promise of `Store` as a law, for any test runner: `for (const { name, run } of storeContract(open)) test(name, run)`.
 *
 * `open` gives an empty store, anew for each law; one that is disposable (`Symbol.asyncDispose` or `Symbol.dispose`)
 * is disposed of afterwards. A law that waits for a hint that never comes is ended by the runner's own timeout.
 *
 * @throws Fault InvalidArgument when `open` is no function, or an option is unknown.
 */
export function storeContract(
  open: () => Store | Promise<Store>,
  options: StoreContractOptions = {},
): readonly Law[] {
  if (typeof open !== 'function') throw invalid('open', 'a function that gives an empty store', open);
  checkKnown('options', options, ['leases']);
  const { leases = true } = options;
  return [...laws, ...(leases ? leaseLaws : withoutLeases)].map(({ name, run }) => ({
    name,
    run: async () => {
      const store = await open();
      try {
        await run(store);
      } finally {
        await dispose(store);
      }
    },
  }));
}

async function dispose(store: Store & Partial<AsyncDisposable & Disposable>): Promise<void> {
  if (store[Symbol.asyncDispose]) await store[Symbol.asyncDispose]?.();
  else store[Symbol.dispose]?.();
}
