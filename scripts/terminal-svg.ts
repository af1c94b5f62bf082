// A terminal window as a picture that needs nothing else: no script, no font, no style sheet of the page.
import { type ParseToken, createAnsiSequenceParser } from 'ansi-sequence-parser';
import { type Palette, dark, light } from '../src/charts/palette.ts';
import { escapeXml } from '../src/charts/text.ts';

export interface TerminalPicture {
  /** Of the window. */
  readonly title: string;
  /** What it shows, for who cannot see it. */
  readonly description: string;
  readonly columns: number;
  /** Lines with the escape sequences of colors. */
  readonly screen: string;
}

/** Pixels. A font that is narrower or wider is set to this advance. */
const cell = { width: 8.4, height: 20, font: 14, baseline: 14.5 } as const;
const bar = { title: 34, padding: 14 } as const;

/** By the colors of a terminal. Each has a contrast of at least 4.5 to the paper. */
const inks = {
  red: { light: '#cf222e', dark: '#ff7b72' },
  yellow: { light: '#9a6700', dark: '#d29922' },
  cyan: { light: '#1b7c83', dark: '#39c5cf' },
} as const;

export function terminalSvg({ title, description, columns, screen }: TerminalPicture): string {
  const parser = createAnsiSequenceParser();
  // tmux carries a color over the end of a line, and so does the parser.
  const rows = screen.split('\n').map((line) => parser.parse(line));
  const width = Math.ceil(columns * cell.width + 2 * bar.padding);
  const height = bar.title + rows.length * cell.height + 2 * bar.padding;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="taskchart-terminal" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(description)}</title>`,
    `<style>\n${styleSheet()}\n</style>`,
    `<rect class="window" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    `<path class="line" d="M0.5 ${bar.title + 0.5}H${width - 0.5}"/>`,
    ...[0, 1, 2].map(
      (index) => `<circle class="button" cx="${20 + 18 * index}" cy="${bar.title / 2}" r="5.5"/>`,
    ),
    `<text class="faint" x="${width / 2}" y="${bar.title / 2 + 5}" text-anchor="middle">${escapeXml(title)}</text>`,
    ...rows.map((tokens, index) =>
      rowElements(tokens, bar.title + bar.padding + index * cell.height).join(''),
    ),
    '</svg>\n',
  ].join('\n');
}

function rowElements(tokens: readonly ParseToken[], y: number): string[] {
  const elements: string[] = [];
  let column = 0;
  for (const token of tokens) {
    const ink = inkOf(token);
    // Blocks by themselves, since the glyph of one font fills its cell and that of another does not; and words that lie apart, as some browsers join spaces.
    for (const [piece] of token.value.matchAll(/█+|░+| {2,}|(?:[^█░ ]| (?! ))+/g)) {
      elements.push(...(/[█░]/.test(piece) ? block(piece, ink, column, y) : words(piece, ink, column, y)));
      column += piece.length;
    }
  }
  return elements;
}

function block(piece: string, ink: string, column: number, y: number): string[] {
  const classes = [...(ink === '' ? [] : [ink]), ...(piece.startsWith('░') ? ['shade'] : [])];
  const box = `x="${pixels(column)}" y="${y + 4}" width="${number(piece.length * cell.width)}" height="${cell.height - 7}"`;
  return [`<rect${classAttribute(classes)} ${box}/>`];
}

function words(piece: string, ink: string, column: number, y: number): string[] {
  const text = piece.trim();
  if (text === '') return [];
  if (/[^\u0020-\u007E·…]/.test(text))
    throw new Error(`Expected text of one column a sign, got ${JSON.stringify(text)}`);
  const start = column + piece.length - piece.trimStart().length;
  const place = `x="${pixels(start)}" y="${number(y + cell.baseline)}" textLength="${number(text.length * cell.width)}"`;
  return [`<text${classAttribute(ink === '' ? [] : [ink])} ${place}>${escapeXml(text)}</text>`];
}

/** The classes of what is written so. */
function inkOf({ foreground, background, decorations }: ParseToken): string {
  const names: string[] = [...decorations].map((each) => (each === 'dim' ? 'faint' : each));
  if (foreground) names.push(foreground.type === 'named' ? foreground.name : foreground.type);
  const unknown = names.filter((name) => !(name in inks) && name !== 'faint' && name !== 'bold');
  if (background || unknown.length > 0)
    throw new Error(
      `Expected dim, bold, or one of the colors ${Object.keys(inks).join(', ')}, got ${[...unknown, ...(background ? ['a background'] : [])].join(', ')}`,
    );
  return names.join(' ');
}

function classAttribute(classes: readonly string[]): string {
  return classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
}

const pixels = (column: number) => number(bar.padding + column * cell.width);
const number = (value: number) => String(Math.round(value * 10) / 10);

function styleSheet(): string {
  const fonts = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';
  return [
    `.taskchart-terminal text { font: ${cell.font}px ${fonts}; white-space: pre; }`,
    '.taskchart-terminal .bold { font-weight: bold; }',
    '.taskchart-terminal .shade { opacity: 0.3; }',
    ...colors(light, 'light'),
    '@media (prefers-color-scheme: dark) {',
    ...colors(dark, 'dark'),
    '}',
  ].join('\n');
}

function colors({ paper, line, text, faint }: Palette, theme: 'light' | 'dark'): string[] {
  return [
    `.taskchart-terminal .window { fill: ${paper}; stroke: ${line}; stroke-opacity: 0.6; }`,
    `.taskchart-terminal .line { stroke: ${line}; stroke-opacity: 0.6; }`,
    `.taskchart-terminal .button { fill: ${line}; opacity: 0.5; }`,
    `.taskchart-terminal text, .taskchart-terminal rect { fill: ${text}; }`,
    `.taskchart-terminal .faint { fill: ${faint}; }`,
    ...Object.entries(inks).map(([name, ink]) => `.taskchart-terminal .${name} { fill: ${ink[theme]}; }`),
  ];
}
