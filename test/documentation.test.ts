import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import {
  type Block,
  blocksOf,
  examples,
  pages,
  printedBy,
  quoteFor,
  read,
} from '../scripts/documentation.ts';

const root = resolve(import.meta.dirname, '..');
const at = ({ page, line }: Block) => `${page}:${line}`;

function withoutCode(page: string) {
  return read(page)
    .replace(/^( *)(`{3,})[^]*?^\1\2$/gm, '')
    .replace(/`[^`\n]*`/g, '');
}

function linksOf(page: string) {
  const text = withoutCode(page);
  const links = [...text.matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)|(?:src|href)="([^"]+)"|^\[[^\]]+\]: (\S+)/gm)];
  return links
    .map(([, inline, attribute, reference]) => inline ?? attribute ?? reference ?? '')
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors of a page, made as GitHub makes them. */
function anchorsOf(page: string) {
  const text = read(page).replace(/^( *)(`{3,})[^]*?^\1\2$/gm, '');
  const seen = new Map<string, number>();
  const slugs = [...text.matchAll(/^#{1,6} +(.+?)[ #]*$/gm)].map(([, heading = '']) => {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
  return [...slugs, ...[...text.matchAll(/\b(?:id|name)="([^"]+)"/g)].map(([, id]) => id)];
}

function isBroken(page: string, link: string) {
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
}

/** The npm scripts that a page tells its reader to run. */
function commandsOf(page: string) {
  const shell = blocksOf(page).filter(({ language }) => language === 'sh');
  const lines = shell
    .flatMap(({ content }) => content.split('\n'))
    .map((line) => line.replace(/^\s*\$ /, ''));
  const inline = [...read(page).matchAll(/`(npm (?:run|test|start)[^`\n]*)`/g)].map(([, command]) => command);
  const commands = [...lines.filter((line) => line.startsWith('npm ')), ...inline];
  return commands.map((command = '') => command.replace(/^npm (run )?/, '').split(' ')[0] ?? '');
}

describe.for(pages())('%s', (page) => {
  const blocks = blocksOf(page);

  test('quotes its examples as they are', () => {
    for (const block of blocks) {
      const quote = quoteFor(block);
      if (quote === undefined) continue;
      expect(block.content.trim(), `${at(block)} is outdated: npm run docs`).toBe(quote);
    }
  });

  test('shows no code that is not run, unless it says why', () => {
    const code = blocks.filter(({ language }) => /^(ts|typescript|js|javascript)$/.test(language));
    const stray = code.filter(
      (block) => quoteFor(block) === undefined && !/^not run: ./.test(block.marker ?? ''),
    );
    expect(stray.map(at)).toEqual([]);
  });

  test('links to what exists', () => {
    expect(linksOf(page).filter((link) => isBroken(page, link))).toEqual([]);
  });

  test('names commands that exist', () => {
    const known = ['install', 'ci', ...Object.keys(manifest.scripts)];
    expect(commandsOf(page).filter((command) => !known.includes(command))).toEqual([]);
  });
});

describe.for(examples())('%s', (file) => {
  test('has at most 60 lines', () => {
    expect(read(file).trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });

  test('prints what it says, and ends', { timeout: 60_000 }, async () => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
    const { stdout } = await promisify(execFile)('node', [file], { cwd: root, env, timeout: 50_000 });
    expect(stdout.trim()).toBe(printedBy(file));
  });
});

test('every npm script asks for the right Node first', () => {
  const rest = Object.entries(manifest.scripts).filter(
    ([, command]) =>
      !/^node scripts\/preflight\.mjs && |^exec node scripts\/with-setup\.mjs |^npm run /.test(command),
  );
  expect(rest).toEqual([]);
});
