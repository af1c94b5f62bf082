/**
 * Signals within so many milliseconds are one press of Ctrl-C. Through `npm start` one press arrives once, twice or
 * three times: the terminal sends it to the whole foreground group, and npm and the wrapper each pass theirs on. That
 * takes some milliseconds; a person who presses again on purpose, having read what the first press did, takes longer
 * than this, and whoever was faster presses once more.
 */
const onePressMs = 300;

/** A listener of signals that calls `act` with the number of the press. `whenOver` tells when a press is over. */
export function presses(
  act: (nth: number) => void,
  whenOver: (over: () => void) => void = laterAndSeen,
): () => void {
  let isPressed = false;
  let count = 0;
  return () => {
    if (isPressed) return;
    isPressed = true;
    count += 1;
    whenOver(() => (isPressed = false));
    act(count);
  };
}

/** A program that was busy meanwhile first hears the signals that came in this time: Node runs immediates after I/O, and timers before it. */
function laterAndSeen(over: () => void): void {
  setTimeout(() => setImmediate(over), onePressMs).unref();
}
