// Runs a command on the project's own Node, having installed the dependencies when they are missing or outdated.
// Plain JavaScript that Node 20 can run: on a fresh clone nothing else is there yet.
// Called by `exec` in package.json: a shell in between would die of the signals that npm forwards, and not pass them on.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const shell = process.platform === 'win32';

function packagesOf(file) {
  return Object.entries(JSON.parse(readFileSync(join(root, file), 'utf8')).packages);
}

function isInstalled() {
  // npm writes the second file last, so an interrupted installation has none.
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const installed = new Map(packagesOf('node_modules/.package-lock.json'));
  return packagesOf('package-lock.json').every(([path, wanted]) => {
    const got = installed.get(path);
    // The root is not listed among the installed, nor are optional packages for other platforms.
    if (got === undefined) return path === '' || wanted.optional === true;
    return got.version === wanted.version && got.integrity === wanted.integrity;
  });
}

function install() {
  const started = performance.now();
  console.error('Installing dependencies with `npm ci`, once; this takes about a minute …');
  // Without node_modules/.bin: npm must not run on the Node that it is about to replace.
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.endsWith('.bin'));
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env: { ...process.env, PATH: path.join(delimiter) },
    // To stderr, so that the output of the command stays its own.
    stdio: ['ignore', 2, 2],
    shell,
  });
  if (status !== 0) {
    console.error('`npm ci` failed: see above. Mend the cause and repeat the command.');
    process.exit(status ?? 1);
  }
  console.error(`Installed in ${((performance.now() - started) / 1000).toFixed(0)} s.`);
}

if (!isInstalled()) install();

const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) };
const preflight = spawnSync('node', [join(root, 'scripts/preflight.mjs')], { env, stdio: 'inherit', shell });
if (preflight.status !== 0) process.exit(preflight.status ?? 1);

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { env, stdio: 'inherit', shell });

// The command decides when it ends. A terminal sends Ctrl-C to it as well, but `kill` reaches this process only.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));

child.on('error', (error) => {
  console.error(`Expected to start ${command}: ${error.message}`);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
