/**
 * A text that every format can hold: on one line, without half of a surrogate pair. A line break becomes `lineBreak`, any
 * other control character its picture (`␛`).
 */
export function clean(text: string, lineBreak = '↵'): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n|[\n\r\u0085\u2028\u2029]/g, lineBreak)
    .replaceAll('\t', ' ')
    .replaceAll(/[\p{Cc}\ufffe\uffff]/gu, pictureOf);
}

/** A text of sentences, in which a line break is a space. */
export function prose(text: string): string {
  return clean(text, ' ').replaceAll(/ +/g, ' ').trim();
}

/** Unicode has pictures of the old control characters, but for those from 80 to 9f. */
function pictureOf(control: string): string {
  const code = control.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? '␡' : '\ufffd';
}

/** A text inside of an element or an attribute of XML or HTML. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
