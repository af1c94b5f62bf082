import { v7 } from 'uuid';
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** The largest counter that a UUID of version 7 carries beside its millisecond. */
const largestCount = 0x7fff_ffff;

/** Makes the keys of tasks: UUIDs of version 7, each greater than the one before, whatever the wall clock does. */
export function keySource(clock: Clock, random: Random): () => string {
  let msecs = -1;
  let count = 0;
  return () => {
    const now = clock.now();
    const bytes = random.bytes(16);
    if (now > msecs) {
      msecs = now;
      count = ((bytes[6] ?? 0) << 16) | ((bytes[7] ?? 0) << 8) | (bytes[8] ?? 0);
    } else if (count === largestCount) {
      msecs += 1;
      count = 0;
    } else {
      count += 1;
    }
    return v7({ msecs, seq: count, random: bytes });
  };
}
