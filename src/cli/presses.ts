import { systemClock } from '../index.ts';

/**
 * Signals within so many milliseconds are one press of Ctrl-C: the terminal sends it to the whole foreground group, and
 * `npx` and shells each pass theirs on. That takes some milliseconds, a second press on purpose longer than this.
 */
const onePressMs = 300;

/** Calls `act` with the number of the press at every Ctrl-C (or SIGTERM), until it is disposed of. */
export function onPresses(act: (nth: number) => void): Disposable {
  let isPressed = false;
  let count = 0;
  const pressed = () => {
    if (isPressed) return;
    isPressed = true;
    count += 1;
    const over = () => (isPressed = false);
    // After what came meanwhile: a process that was busy hears it late.
    systemClock.setTimer(onePressMs, () => systemClock.yield?.(over, true), true);
    act(count);
  };
  process.on('SIGINT', pressed);
  process.on('SIGTERM', pressed);
  return {
    [Symbol.dispose]() {
      process.off('SIGINT', pressed);
      process.off('SIGTERM', pressed);
    },
  };
}
