// What some tests need of the machine beside Node: installed where this may be done, and else named.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface SystemPackages {
  /** What is not run without them. */
  readonly for: string;
  readonly packages: readonly string[];
  /** By which they are known to be there. */
  readonly files: readonly string[];
}

const needed: readonly SystemPackages[] = [
  { for: 'test/cli/terminal.test.ts', packages: ['tmux'], files: ['/usr/bin/tmux'] },
  {
    for: 'test/power.test.ts',
    packages: ['gcc', 'libc6-dev'],
    files: ['/usr/bin/gcc', '/usr/include/stdio.h'],
  },
  {
    for: 'test/charts/chromium.test.ts',
    packages: ['chromium', 'fonts-dejavu-core'],
    files: ['/usr/bin/chromium', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'],
  },
];

function isMissing({ files }: SystemPackages): boolean {
  return files.some((file) => !existsSync(file));
}

function apt(...args: string[]): boolean {
  // To stderr, so that the output of the command stays its own.
  const { status } = spawnSync('apt-get', ['-qq', ...args], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}

/** Installs what is missing, if this is root on a Debian, and says what is missing still. */
export function installMissing(): SystemPackages[] {
  const missing = needed.filter(isMissing);
  if (missing.length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return missing;
  const packages = missing.flatMap((each) => each.packages);
  console.error(`Installing ${packages.join(', ')} with apt-get, once …`);
  if (!apt('update') || !apt('install', '--yes', '--no-install-recommends', ...packages))
    console.error('apt-get failed: see above.');
  return missing.filter(isMissing);
}
