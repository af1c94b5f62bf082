import { userInfo } from 'node:os';
import type { SubmitOptions } from '../index.ts';

/** Who starts it, where the system knows that. */
export function initiator(): Pick<SubmitOptions, 'initiatedBy'> {
  try {
    return { initiatedBy: userInfo().username };
  } catch {
    return {};
  }
}
