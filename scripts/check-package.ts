// Packs the package, installs it in an empty folder as a user would, and tries every door there.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import manifest from '../package.json' with { type: 'json' };

const root = resolve(import.meta.dirname, '..');
const list = join(root, 'test/package/packed-files.txt');
const folder = mkdtempSync(join(tmpdir(), 'taskchart-package-'));
const installed = join(folder, 'node_modules', manifest.name);
const optional = Object.entries(
  (manifest as { peerDependenciesMeta?: Record<string, { optional?: boolean }> }).peerDependenciesMeta ?? {},
).flatMap(([name, meta]) => (meta.optional === true ? [name] : []));
const doors = Object.keys(manifest.exports).filter((door) => !door.endsWith('.json'));
const result = { numPassedTests: 0, numFailedTests: 0 };

function run(command: string, args: string[], cwd = folder) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What a failed command printed, or the message of any other error. */
function reason(error: unknown) {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  return `${stdout}${stderr}`.trim() || (error as Error).message;
}

function check(law: string, body: () => void) {
  try {
    body();
    result.numPassedTests += 1;
    console.log(`  ✓ ${law}`);
  } catch (error) {
    result.numFailedTests += 1;
    console.log(`  ✗ ${law}\n${reason(error).replace(/^/gm, '    ')}`);
  }
}

const entry = (door: string) => manifest.name + door.slice(1);
const importing = (door: string) => ['--input-type=module', '-e', `await import('${entry(door)}')`];
const requiring = (door: string) => ['--input-type=commonjs', '-e', `require('${entry(door)}')`];

/** The version that we test with, so that the check installs what `npm ci` did. */
function pinned(name: string) {
  const path = join(root, 'node_modules', name, 'package.json');
  return `${name}@${(JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version}`;
}

function install(...packages: string[]) {
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...packages]);
}

/** The optional peer without which this door does not open, if there is one. */
function missingPeer(door: string) {
  try {
    run('node', importing(door));
    return undefined;
  } catch (error) {
    const [, name] = /Cannot find package '([^']+)'/.exec(reason(error)) ?? [];
    return optional.find((peer) => peer === name);
  }
}

function checkDoors(group: string[]) {
  for (const door of group) {
    check(`${entry(door)} can be imported`, () => void run('node', importing(door)));
    check(`${entry(door)} can be required`, () => void run('node', requiring(door)));
  }
  const consumer = group.map((door, n) => `import * as door${n} from '${entry(door)}';\nvoid door${n};\n`);
  writeFileSync(join(folder, 'doors.ts'), consumer.join(''));
  checkTypes('doors.ts', group.map(entry).join(', '));
}

function checkTypes(file: string, name: string) {
  for (const moduleResolution of ['nodenext', 'bundler']) {
    const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution;
    const options = { target: 'esnext', types: ['node'], strict: true, skipLibCheck: false, noEmit: true };
    const compilerOptions = { ...options, module, moduleResolution };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
    check(`${name}: types are right under ${moduleResolution}`, () => {
      run('node', [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
    });
  }
}

function checkProgram() {
  copyFileSync(join(root, 'test/package/consumer.ts'), join(folder, 'consumer.ts'));
  checkTypes('consumer.ts', "a user's program");
  check("a user's program runs", () => {
    const printed = run('node', ['consumer.ts']);
    if (printed !== '42\ntrue\n') throw new Error(`Expected it to print 42 and true, got:\n${printed}`);
  });
}

const taskModule = `import { defineTask } from '${manifest.name}';
export default defineTask({ type: 'sum', run: ({ input }) => input.reduce((a, b) => a + b, 0) });
`;

function checkCommand() {
  const npx = (...args: string[]) => run('npx', [manifest.name, ...args]);
  const says = (printed: string, expected: RegExp) => {
    if (!expected.test(printed)) throw new Error(`Expected it to print ${expected}, got:\n${printed}`);
  };
  check('the command is there, and shows its help', () => says(npx('--help'), /^Usage: taskchart /));
  check('the command runs a task, and finds it in its file', () => {
    writeFileSync(join(folder, 'task.mjs'), taskModule);
    says(npx('run', 'task.mjs', '--input', '[40, 2]', '--db', 'command.db'), /^42\n$/);
    says(npx('list', '--db', 'command.db'), /^\S{36} {2}sum {2}success /);
  });
  check('the command says what to do where there is no file', () => {
    const missing = spawnSync('npx', [manifest.name, 'list', '--db', 'none.db'], {
      cwd: folder,
      encoding: 'utf8',
    });
    says(missing.stderr, /^error: .*none\.db, but there is none\.\nGive the file /);
    if (missing.status !== 2) throw new Error(`Expected exit code 2, got ${missing.status}`);
  });
}

function packedFiles() {
  const entries = readdirSync(installed, { recursive: true, withFileTypes: true });
  const files = entries.filter((found) => found.isFile()).map((found) => join(found.parentPath, found.name));
  return files.map((file) => file.slice(installed.length + 1).replaceAll('\\', '/')).toSorted();
}

function checkFiles() {
  const files = packedFiles();
  if (process.argv.includes('--update')) writeFileSync(list, `${files.join('\n')}\n`);
  const expected = existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n') : [];
  const added = files.filter((file) => !expected.includes(file)).map((file) => `+ ${file}`);
  const gone = expected.filter((file) => !files.includes(file)).map((file) => `- ${file}`);
  if (added.length + gone.length === 0) return;
  const command = 'npm run check:package -- --update';
  throw new Error(['Expected other files:', ...gone, ...added, `If they are meant: ${command}`].join('\n'));
}

function checkAll() {
  run('npm', ['pack', '--pack-destination', folder], root);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const peers = Object.keys(manifest.peerDependencies).filter((name) => !optional.includes(name));
  install(`./${tarball}`, ...peers.map(pinned), pinned('@types/node'));

  check('the packed files are the listed ones', checkFiles);
  check('publint has nothing to say', () => {
    run('node', [
      join(root, 'node_modules/publint/src/cli.js'),
      'run',
      installed,
      '--strict',
      '--pack=false',
    ]);
  });
  const wants = new Map(doors.map((door) => [door, missingPeer(door)]));
  checkDoors(doors.filter((door) => wants.get(door) === undefined));
  checkProgram();
  checkCommand();
  const rest = doors.filter((door) => wants.get(door) !== undefined);
  if (rest.length === 0) return;
  console.log(`  … with the optional peers (${optional.join(', ')}):`);
  install(...optional.map(pinned));
  checkDoors(rest);
}

try {
  check('the package can be packed and installed', checkAll);
} finally {
  rmSync(folder, { recursive: true });
}
if (process.env['CHECK_REPORT'] !== undefined)
  writeFileSync(process.env['CHECK_REPORT'], JSON.stringify(result));
process.exitCode = result.numFailedTests === 0 ? 0 : 1;
