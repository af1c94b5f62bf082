import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const folder = new URL('.', import.meta.url);

interface Manifest {
  readonly version?: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

function manifest(path: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

function installed(name: string): string | undefined {
  return manifest(`node_modules/${name}/package.json`)?.version;
}

/** The peers as package.json pins them, by name. */
export function pinned(): Readonly<Record<string, string>> {
  return manifest('package.json')?.dependencies ?? {};
}

/** The peers are there, in the versions that are pinned. @throws Error when they cannot be installed. */
export function installPeers(): void {
  const isComplete = () => Object.entries(pinned()).every(([name, version]) => installed(name) === version);
  if (isComplete()) return;
  console.error('Installing the peers with `npm ci` in bench/, once …');
  const npm = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', npm, {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status === 0 && isComplete()) return;
  throw new Error('`npm ci` in bench/ failed: see above. Mend the cause and repeat the command.');
}
