import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Where a bench finds its peers, unless it has a folder of its own. */
const here = new URL('.', import.meta.url);

interface Manifest {
  readonly version?: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

function manifest(path: string, folder: URL): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as Manifest;
  } catch {
    return undefined;
  }
}

/** The version that is there; undefined when there is none. */
export function installedVersion(name: string, folder: URL): string | undefined {
  return manifest(`node_modules/${name}/package.json`, folder)?.version;
}

/** The peers as package.json pins them, by name. */
export function pinned(folder = here): Readonly<Record<string, string>> {
  return manifest('package.json', folder)?.dependencies ?? {};
}

/** The peers are there, in the versions that are pinned. @throws Error when they cannot be installed. */
export function installPeers(folder = here): void {
  const isComplete = () =>
    Object.entries(pinned(folder)).every(([name, version]) => installedVersion(name, folder) === version);
  if (isComplete()) return;
  const place = folder === here ? 'bench/' : `bench/${basename(folder.pathname)}/`;
  console.error(`Installing the peers with \`npm ci\` in ${place}, once …`);
  const npm = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', npm, {
    cwd: folder,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status === 0 && isComplete()) return;
  throw new Error(`\`npm ci\` in ${place} failed: see above. Mend the cause and repeat the command.`);
}
