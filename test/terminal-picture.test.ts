import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { samplePath } from '../scripts/sample-folder.ts';
import { takePictures } from '../scripts/terminal-picture.ts';
import { terminalSvg } from '../scripts/terminal-svg.ts';

// The job works for some seconds, or more on a machine that is busy.
vi.setConfig({ hookTimeout: 90_000 });

const read = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8');
const files = ['docs/pictures/index-folder.svg', 'docs/pictures/index-folder-canceled.svg'];
let taken: Record<string, string>;

beforeAll(async () => {
  taken = await takePictures();
});

/**
 * The elements of a picture without what differs between two runs: numbers, how far the bars are, which files are read, where a
 * line is broken.
 */
function constant(picture: string): string[] {
  const row = '<bar/><text>0%FILE</text>';
  return picture
    .replaceAll(samplePath, 'FILE')
    .replaceAll(/ (?:x|y|width|height|textLength)="[\d.]+"/g, '')
    .replaceAll(/>[^<]*/g, (text) => text.replaceAll(/\s/g, ''))
    .replaceAll('</text><text>', '')
    .replaceAll(/\d[\d.,]*/g, '0')
    .replaceAll(/0[kMG]?B/g, '0B')
    .replaceAll(/(?:<rect class="cyan"\/>|<rect class="faint shade"\/>)+/g, '<bar/>')
    .replaceAll(new RegExp(`(?:${row})+`, 'g'), row)
    .split(/(?=<)/);
}

test.for(files)('%s shows what the job shows today', (file) => {
  expect(constant(read(file)), `${file} is outdated: npm run pictures`).toEqual(constant(taken[file] ?? ''));
});

test('every picture is in the README, with words for who cannot see it', () => {
  expect(Object.keys(taken)).toEqual(files);
  for (const file of files) expect(read('README.md')).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\(${file}\\)`));
});

test('no picture names a place of the machine on which it was taken', () => {
  for (const picture of [...files.map(read), ...Object.values(taken)]) {
    const texts = [...picture.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text);
    expect(texts.filter((text = '') => /(^|\s)\/\w/.test(text))).toEqual([]);
  }
});

const picture = { title: 'a < b', description: '"a" & b', columns: 20 };

test('what stands in a terminal is text in its place and color, and a bar is as long as it was', () => {
  const svg = terminalSvg({
    ...picture,
    screen: '\u001B[36m██\u001B[2m\u001B[39m░\u001B[0m  7 %  <&>\n\u001B[33mso',
  });
  expect(svg).toContain('<title>&quot;a&quot; &amp; b</title>');
  expect(svg).toContain('>a &lt; b</text>');
  const [bar = '', second] = svg.split('\n').slice(-4, -2);
  expect(bar.match(/<.*?>/g)?.slice(0, 2)).toEqual([
    '<rect class="cyan" x="14" y="52" width="16.8" height="13"/>',
    '<rect class="faint shade" x="30.8" y="52" width="8.4" height="13"/>',
  ]);
  expect(bar).toContain('<text x="56" y="62.5" textLength="25.2">7 %</text>');
  expect(bar).toContain('<text x="98" y="62.5" textLength="25.2">&lt;&amp;&gt;</text>');
  expect(second).toBe('<text class="yellow" x="14" y="82.5" textLength="16.8">so</text>');
});

test('what the picture cannot show as it is is refused', () => {
  const draw = (screen: string) => () => terminalSvg({ ...picture, screen });
  expect(draw('\u001B[35mso')).toThrow('got magenta');
  expect(draw('\u001B[41mso')).toThrow('got a background');
  expect(draw('漢字')).toThrow('Expected text of one column a sign, got "漢字"');
});
