// Keeps the code, the output and the help in the documentation as they are: `npm run docs` quotes them anew.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { createProgram } from '../src/cli/program.ts';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** A fenced block of a page, with the comment on the line before it. */
export interface Block {
  page: string;
  /** Of its opening fence, counted from 1. */
  line: number;
  language: string;
  marker: string | undefined;
  content: string;
  /** Of its content; an empty block has none. */
  lineCount: number;
}

export function read(path: string) {
  return readFileSync(join(root, path), 'utf8');
}

export function pages() {
  return globSync(['README.md', 'docs/**/*.md'], { cwd: root }).toSorted();
}

export function examples() {
  return globSync('examples/*.ts', { cwd: root }).toSorted();
}

export function blocksOf(page: string, text = read(page)): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  for (let start = 0; start < lines.length; start += 1) {
    const [, indent, fence, language] = /^( *)(`{3,})(\w*)/.exec(lines[start] ?? '') ?? [];
    if (fence === undefined) continue;
    const end = lines.indexOf(`${indent}${fence}`, start + 1);
    if (end < 0) throw new Error(`${page}:${start + 1} Expected the block to be closed`);
    const [, marker] = /^\s*<!-- (.*) -->\s*$/.exec(lines[start - 1] ?? '') ?? [];
    const content = lines.slice(start + 1, end);
    blocks.push({
      page,
      line: start + 1,
      language: language ?? '',
      marker,
      content: content.join('\n'),
      lineCount: content.length,
    });
    start = end;
  }
  return blocks;
}

/** What the block must contain by its marker; undefined when it quotes nothing. */
export function quoteFor({ marker = '' }: Block) {
  const [, command] = /^help of taskchart(?: (\w+))?$/.exec(marker) ?? [];
  if (marker.startsWith('help of taskchart')) return helpOf(command);
  const [, output, file, region] = /^(output of )?(\w+\/\S+?\.ts)(?:#(\S+))?$/.exec(marker) ?? [];
  if (file === undefined) return undefined;
  if (output !== undefined) return printedBy(file);
  return region === undefined ? read(file).trim() : regionOf(file, region);
}

/** What `taskchart --help`, or that of a command, prints in a terminal of 80 columns. */
function helpOf(name: string | undefined) {
  const program = createProgram(() => {});
  const command = name === undefined ? program : program.commands.find((other) => other.name() === name);
  if (!command) throw new Error(`Expected a command of taskchart, got ${name}`);
  let help = '';
  command.configureOutput({ writeOut: (text) => void (help += text), getOutHelpWidth: () => 80 });
  command.outputHelp();
  return help.trim();
}

/** What the example says, in its last comment, that it prints. */
export function printedBy(file: string) {
  const [, printed] = /\/\* Prints:\n([^]*?)\n?\*\/\s*$/.exec(read(file)) ?? [];
  if (printed === undefined) throw new Error(`Expected ${file} to end in a comment "/* Prints:", found none`);
  return printed.trim();
}

function regionOf(file: string, region: string) {
  const lines = read(file).split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const length = lines.slice(start + 1).findIndex((line) => line.trim().startsWith('// #endregion'));
  if (start < 0 || length < 0) throw new Error(`Expected ${file} to have a region "${region}", found none`);
  const body = lines.slice(start + 1, start + 1 + length);
  const indent = Math.min(...body.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return body
    .map((line) => line.slice(indent))
    .join('\n')
    .trim();
}

function quoteAnew(page: string) {
  const lines = read(page).split('\n');
  // Backwards, so that the lines of earlier blocks stay where they are.
  for (const block of blocksOf(page).toReversed()) {
    const quote = quoteFor(block);
    if (quote === undefined || quote === block.content.trim()) continue;
    lines.splice(block.line, block.lineCount, quote);
    console.log(`${page}:${block.line} quoted anew: ${block.marker}`);
  }
  writeFileSync(join(root, page), lines.join('\n'));
}

if (import.meta.main) pages().forEach(quoteAnew);
