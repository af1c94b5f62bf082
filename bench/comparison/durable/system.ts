/** Something that keeps tasks and runs them. */
export interface DurableSystem {
  /** Submits one no-op task; resolves when its success is acknowledged, and kept as the system keeps it. */
  run(): Promise<unknown>;
  /** Stops taking tasks up. Called when all have ended. */
  close(): Promise<Closed>;
}

/** What is known of a run once it is over. */
export interface Closed {
  /** Writes of records for each transaction, where the system is a store of ours. */
  readonly writesPerTransaction?: number;
  /** What a server of its own has used. */
  readonly serverCpuMs?: number;
}

/** Where a system may keep things. */
export interface Place {
  /** An empty folder. */
  readonly folder: string;
  /** Of an empty Redis on 127.0.0.1; 0 where none is needed. */
  readonly redisPort: number;
  /** How many writes of records Taskchart had in a transaction, in the mean. */
  readonly writesPerTransaction: number;
}

/** Bodies at once: whatever is in flight may run. */
export const concurrency = 1_000;
