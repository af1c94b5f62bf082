/** A timer that was set and may be taken back. */
export interface Timer {
  cancel(): void;
}

/**
 * Where time comes from. Every stamp is `now()`; everything that is measured or waited for uses `monotonic()`, so
 * that a wall clock that jumps delays and hastens nothing.
 */
export interface Clock {
  /** Epoch milliseconds, for stamps. */
  now(): number;
  /** Milliseconds that only grow, for durations. */
  monotonic(): number;
  /** Calls back once, when `monotonic()` has grown by `delayMs`, not before, and never inside this call. `background`: does not keep the process alive. */
  setTimer(delayMs: number, fire: () => void, background?: boolean): Timer;
  /**
   * Calls back once everything else that waits for the process, timers and I/O, has had its turn. Left out: nothing
   * else has to, as where time is simulated. `background`: does not keep the process alive.
   */
  yield?(resume: () => void, background?: boolean): void;
}

/** The longest delay that Node's timers take (2^31 - 1 ms); a longer one would fire at once. */
const longestDelayMs = 2_147_483_647;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, fire, background = false) {
    const due = performance.now() + delayMs;
    let timeout: NodeJS.Timeout;
    const arm = () => {
      const leftMs = due - performance.now();
      if (leftMs <= 0) return fire();
      timeout = setTimeout(arm, Math.min(Math.ceil(leftMs), longestDelayMs));
      if (background) timeout.unref();
    };
    timeout = setTimeout(arm, Math.min(Math.ceil(Math.max(0, delayMs)), longestDelayMs));
    if (background) timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  },
  yield(resume, background = false) {
    const immediate = setImmediate(resume);
    if (background) immediate.unref();
  },
};
