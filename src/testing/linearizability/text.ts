import { inspect } from 'node:util';

const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The text on one line, and nothing in it that steers a terminal. */
export function printable(text: string): string {
  return text.replace(unprintable, (char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16);
    return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** At most so many characters, the last of which says that something is left out. */
export function cut(text: string, width: number): string {
  const chars = Array.from(text);
  return chars.length <= width ? text : `${chars.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** A value as a message shows it. */
export function inspected(value: unknown, width: number): string {
  const text = inspect(value, { depth: 2, breakLength: Infinity, compact: true, maxStringLength: width });
  return cut(printable(text), width);
}
