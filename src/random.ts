import { getRandomValues } from 'node:crypto';

/** Where chance comes from. */
export interface Random {
  /** Bytes to make a key of. The caller reads them before it asks again. */
  bytes(length: number): Uint8Array;
  /** A number from 0 up to, and not including, 1. */
  fraction(): number;
}

/** Random bytes are drawn in blocks of this size: a system call for each key would cost more than the key. */
const blockBytes = 4096;
const block = new Uint8Array(blockBytes);
let used = blockBytes;

/** The machine's own chance. */
export const systemRandom: Random = {
  bytes(length) {
    if (length > blockBytes) return getRandomValues(new Uint8Array(length));
    if (used + length > blockBytes) {
      getRandomValues(block);
      used = 0;
    }
    used += length;
    return block.subarray(used - length, used);
  },
  fraction: () => Math.random(),
};
