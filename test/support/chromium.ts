import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian and its like put it; elsewhere `CHROMIUM` names one. */
const executablePath = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser']
  .filter((path) => path !== undefined)
  .find((path) => existsSync(path));

/** What needs a browser is not run without one; the gate says so, and CI fails. */
export const hasChromium = executablePath !== undefined;

export function launchChromium(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('Expected Chromium at /usr/bin/chromium');
  return chromium.launch({ executablePath });
}
