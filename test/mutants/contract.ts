import { memoryStore } from '../../src/index.ts';
import { storeContract } from '../../src/testing/index.ts';

/** The laws of the store's contract, but for one: whether memory is left is measured by itself, as it takes seconds. */
export const contract = storeContract(() => memoryStore({ leases: true })).filter(
  ({ name }) => !name.includes('leaves nothing behind'),
);
