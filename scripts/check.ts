// The gate: runs every `check:*` script of package.json, in order, all of them even when one fails.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { installMissing } from './system-packages.ts';

/** What a step may leave in the file that `CHECK_REPORT` names; the format is that of vitest's JSON reporter. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests?: number;
  numTodoTests?: number;
}

const steps = Object.entries(manifest.scripts).filter(([name]) => name.startsWith('check:'));
const folder = mkdtempSync(join(tmpdir(), 'taskchart-check-'));

async function run(name: string, command: string) {
  console.log(`\n── ${name}: ${command.replace(/^.*preflight\.mjs && /, '')}`);
  const started = performance.now();
  const file = join(folder, `${name.replace(':', '-')}.json`);
  // CI makes vitest refuse `.only` and unwritten snapshots.
  const env = { ...process.env, CI: 'true', CHECK_REPORT: file };
  const code = await new Promise<number | null>((resolve, reject) => {
    spawn(command, { stdio: 'inherit', shell: true, env }).on('error', reject).on('exit', resolve);
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} in ${seconds} s`);
  return { name, ...count(file, code === 0) };
}

function count(file: string, succeeded: boolean) {
  const report = read(file) ?? { numPassedTests: succeeded ? 1 : 0, numFailedTests: 0 };
  const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
  // A step can fail without a failed test, by an unhandled rejection for instance.
  const failed = Math.max(report.numFailedTests, succeeded ? 0 : 1);
  return { passed: report.numPassedTests, failed, skipped };
}

function read(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}

const missing = installMissing();
const results: Awaited<ReturnType<typeof run>>[] = [];
for (const [name, command] of steps) results.push(await run(name, command));
rmSync(folder, { recursive: true });

const total = (key: 'passed' | 'failed' | 'skipped') => results.reduce((sum, result) => sum + result[key], 0);
console.log();
if (total('skipped') > 0) console.log(`Skipped: ${total('skipped')} (marked ↓ above)`);
for (const { for: test, packages } of missing) {
  console.log(`Not run: ${test}. It needs ${packages.join(', ')}: apt-get install ${packages.join(' ')}`);
}
for (const { name, failed } of results) {
  if (failed > 0) console.log(`Failed: ${name} (${failed}). Run it alone: npm run ${name}`);
}
console.log(`${total('passed')} passed, ${total('failed')} failed`);
// Where nobody reads what was not run, it counts.
const isComplete = missing.length === 0 || process.env['CI'] === undefined;
process.exitCode = total('failed') === 0 && isComplete ? 0 : 1;
