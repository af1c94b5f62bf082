import { parentPort } from 'node:worker_threads';
import { holdLock } from './held-lock.ts';

/** What a thread of piscina runs. It is given no signal: an abort ends the thread. */
export default (lock: string): Promise<void> => holdLock(lock, () => parentPort?.postMessage('started'));
