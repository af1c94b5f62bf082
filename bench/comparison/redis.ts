import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What it keeps on disk: nothing; or a log, synced once a second, or before each answer. */
export type Journal = 'none' | 'everysec' | 'always';

/** A Redis of our own: empty, on the loopback interface, in a folder that goes with it. */
export interface Redis extends AsyncDisposable {
  readonly port: number;
  readonly version: string;
}

/** From its start until it accepts connections; usually a few milliseconds. */
const startMs = 20_000;

// The server ends, and its folder goes, when the keeper's input does: also when this process is killed, or crashes.
const keeper =
  'trap "" INT HUP; folder=$1; shift; "$@" & server=$!; exec >/dev/null; cat; kill "$server"; wait "$server"; rm -rf "$folder"';

function installedVersion(): string | undefined {
  const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (/v=(\S+)/.exec(stdout)?.[1] ?? 'unknown') : undefined;
}

/** Installs it where that needs no question: as root, with apt. */
function install(): void {
  if (process.getuid?.() !== 0) return;
  if (spawnSync('apt-get', ['--version']).error) return;
  console.error('Installing redis-server with apt-get, once …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], { env, stdio: ['ignore', 2, 2] });
  apt('update');
  apt('install', '-y', '--no-install-recommends', 'redis-server');
}

function version(): string {
  const found = installedVersion() ?? (install(), installedVersion());
  if (found) return found;
  throw new Error(
    'Expected `redis-server` on the PATH, found none. Install Redis (`sudo apt-get install redis-server`, `brew install redis`) and repeat the command.',
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when the server says that it is ready. @throws Error with what it said instead. */
async function ready(server: ChildProcess): Promise<void> {
  const said: string[] = [];
  const timer = setTimeout(() => server.stdin?.end(), startMs);
  try {
    for await (const line of createInterface({ input: server.stdout! })) {
      if (line.includes('Ready to accept connections')) return;
      said.push(line);
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(
    `Expected redis-server to start, but it ended or said nothing:\n${said.slice(-5).join('\n')}`,
  );
}

/** @throws Error when there is none and none can be installed, or when it does not start. */
export async function startRedis(journal: Journal = 'none'): Promise<Redis> {
  const found = version();
  const [folder, port] = [mkdtempSync(join(tmpdir(), 'taskchart-redis-')), await freePort()];
  const options = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    journal === 'none' ? 'no' : 'yes',
    '--appendfsync',
    journal === 'none' ? 'no' : journal,
  ];
  const server = spawn('/bin/sh', ['-c', keeper, 'sh', folder, 'redis-server', ...options], {
    stdio: ['pipe', 'pipe', 2],
  });
  const exited = once(server, 'exit');
  const stop = async () => {
    server.stdin?.end();
    await exited;
  };
  try {
    await ready(server);
  } catch (error) {
    await stop();
    throw error;
  }
  server.stdout?.resume();
  return { port, version: found, [Symbol.asyncDispose]: stop };
}
