import { type Palette, dark, light } from './palette.ts';

/**
 * The style sheet of a picture. Its rules hold for this theme's pictures alone, so several may stand in one page.
 */
export function styleOf(theme: 'auto' | 'light' | 'dark'): string {
  const scope = `.taskchart-${theme}`;
  const sheet = [...shared(scope), ...colours(scope, theme === 'dark' ? dark : light)];
  if (theme !== 'auto') return sheet.join('\n');
  return [...sheet, '@media (prefers-color-scheme: dark) {', ...colours(scope, dark), '}'].join('\n');
}

function shared(scope: string): string[] {
  return [
    `${scope} text { font: 12px "DejaVu Sans", Verdana, sans-serif; unicode-bidi: plaintext; white-space: pre; }`,
    `${scope} .title { font-size: 14px; font-weight: bold; }`,
    `${scope} .framed { paint-order: stroke; stroke-width: 4px; stroke-linejoin: round; }`,
    `${scope} .parallel > rect { stroke-dasharray: 6 4; }`,
    `${scope} .edge path { fill: none; stroke-width: 1.25; }`,
    `${scope} .marked > rect, ${scope} .marked > path { stroke-width: 2.5; }`,
  ];
}

function colours(scope: string, { paper, box, frame, line, text, faint, edge, mark }: Palette): string[] {
  return [
    `${scope} .paper { fill: ${paper}; }`,
    `${scope} .state > rect { fill: ${box}; stroke: ${line}; }`,
    `${scope} .frame > rect { fill: ${frame}; }`,
    `${scope} .framed { stroke: ${frame}; }`,
    `${scope} .state > line { stroke: ${line}; }`,
    `${scope} text { fill: ${text}; }`,
    `${scope} text.faint { fill: ${faint}; }`,
    `${scope} .edge path { stroke: ${edge}; }`,
    `${scope} .dot, ${scope} .fork { fill: ${edge}; }`,
    `${scope} .head { fill: ${edge}; }`,
    `${scope} .label > rect { fill: ${frame}; }`,
    `${scope} .marked > rect, ${scope} .edge.marked > path { stroke: ${mark}; }`,
    `${scope} text.marked, ${scope} .edge.marked .head { fill: ${mark}; }`,
  ];
}
