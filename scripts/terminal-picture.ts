// Draws anew what the README shows of `npm start`: the job runs in a terminal, and the terminal is looked at.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { commandLine, withoutPrivilege } from '../test/jobs/program.ts';
import { Terminal } from '../test/support/terminal.ts';
import { makeSampleFolder } from './sample-folder.ts';
import { terminalSvg } from './terminal-svg.ts';

const root = resolve(import.meta.dirname, '..');
const size = { columns: 80, rows: 24 } as const;
const folder = 'papers';

/** In the middle: all is found, some half of it is done, and some files show how far they are. */
const midway = new RegExp(
  [
    /^█+░+ +[4-7]\d % +\d+ of \d+ files$/,
    /^.* 1 failed .* 1 skipped .*$/,
    /^(?:.*\n)*?(?: *█+░+ +[1-9]\d? % +\S+\n){3}/,
  ]
    .map(({ source }) => source)
    .join('\n'),
  'm',
);

/** The pictures of the job, by the files in which they are kept. @throws Error when there is no tmux. */
export async function takePictures(): Promise<Record<string, string>> {
  const { running, canceled } = await screens();
  const { columns } = size;
  return {
    'docs/pictures/index-folder.svg': terminalSvg({
      title: `npm start -- ${folder}`,
      description: 'A terminal in which npm start is in the middle of its work',
      columns,
      screen: running,
    }),
    'docs/pictures/index-folder-canceled.svg': terminalSvg({
      title: `npm start -- ${folder}, then Ctrl-C`,
      description: 'The same terminal after Ctrl-C',
      columns,
      screen: canceled,
    }),
  };
}

/** What the terminal shows in the middle of the job, and when it has ended after a Ctrl-C. */
async function screens(): Promise<{ running: string; canceled: string }> {
  const base = mkdtempSync(join(tmpdir(), 'taskchart-picture-'));
  try {
    using _sample = makeSampleFolder(join(base, folder));
    await using terminal = await Terminal.open(base, { ...size, env: { INIT_CWD: base, NO_COLOR: '' } });
    const job = withoutPrivilege(commandLine([folder, '--concurrency', '8']));
    await terminal.type(`clear; ${job.map((word) => `'${word}'`).join(' ')}`);
    const running = await terminal.until(midway, ['-e']);
    await terminal.press('C-c');
    const canceled = await terminal.until(/^Report: .*\n\[130\]> $/m, ['-e']);
    // Where it lay on this machine is nobody's concern, and the prompt is not the job's.
    const shown = (screen: string) => screen.replaceAll(`${base}/`, '').replace(/\n.*\[130\]> $/, '');
    return { running: shown(running), canceled: shown(canceled) };
  } finally {
    rmSync(base, { recursive: true, force: true, maxRetries: 3 });
  }
}

if (import.meta.main) {
  for (const [file, picture] of Object.entries(await takePictures())) {
    writeFileSync(join(root, file), picture);
    console.log(`${file}: drawn anew`);
  }
}
