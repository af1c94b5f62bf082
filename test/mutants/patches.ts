import { committing } from './patches/committing.ts';
import { dispatching } from './patches/dispatching.ts';
import { lanes } from './patches/lanes.ts';
import { leases } from './patches/leases.ts';
import { living } from './patches/living.ts';
import type { Patch } from './patches/patch.ts';

/** Mistakes made by hand, one at a time. */
export const patches: readonly Patch[] = [...lanes, ...dispatching, ...committing, ...living, ...leases];
