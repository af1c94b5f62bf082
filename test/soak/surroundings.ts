import { format } from 'node:util';
import { type Breach, show } from './ledger.ts';
import type { Kind } from './site.ts';

/** A warning that a round provokes: it has observers that throw. */
const expectedWarning = 'TaskchartObserver';

const immediately = () => new Promise<void>((resolve) => void setImmediate(resolve));

function timeouts(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

/** What a round does to the process around it: warnings, words on the console, rejections nobody handled, timers. */
export class Surroundings {
  #found: Breach[] = [];
  #timeouts = 0;

  /** From now on nothing of this is printed, and nothing of it ends the process. */
  listen(): void {
    process.removeAllListeners('warning');
    process.on('warning', (warning) => {
      if (warning.name !== expectedWarning)
        this.#found.push({ law: 'no warning is given', message: `${warning.name}: ${warning.message}` });
    });
    for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
      process.on(event, (error: unknown) => {
        this.#found.push({ law: 'every rejection is handled', message: `${event}: ${show(error)}` });
      });
    }
    for (const method of ['warn', 'error'] as const) {
      console[method] = (...words: unknown[]) =>
        void this.#found.push({ law: 'nothing is said on the console', message: format(...words) });
    }
  }

  begin(): void {
    this.#found = [];
    this.#timeouts = timeouts();
  }

  async end(kind: Kind): Promise<readonly Breach[]> {
    // Warnings and rejections come in a tick of their own.
    await immediately();
    await immediately();
    const grown = kind === 'real' ? timeouts() - this.#timeouts : 0;
    const found = this.#found;
    return grown > 0 ? [...found, { law: 'no timer is left', message: `${grown} more of Node's` }] : found;
  }
}
