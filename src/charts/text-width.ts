/**
 * The widths of the signs from the space to `~` in DejaVu Sans, in thousandths of the font's size. It and Verdana, which is
 * hardly narrower, are the widest of the usual fonts, so what is measured by it has room in another.
 */
const ascii = [
  318, 401, 460, 838, 637, 951, 780, 275, 391, 391, 500, 838, 318, 361, 318, 337, 637, 637, 637, 637, 637,
  637, 637, 637, 637, 637, 337, 337, 838, 838, 838, 531, 1000, 685, 687, 699, 771, 632, 576, 775, 752, 295,
  295, 656, 558, 863, 749, 788, 604, 788, 695, 635, 611, 732, 685, 989, 686, 611, 686, 391, 337, 391, 838,
  500, 500, 613, 635, 550, 635, 616, 353, 635, 634, 278, 278, 580, 278, 975, 634, 612, 635, 635, 412, 521,
  393, 634, 592, 818, 592, 592, 525, 637, 337, 637, 838,
];

/** By which other signs are judged, with room to spare: nobody knows in which font they will come. */
const others: readonly (readonly [RegExp, number])[] = [
  [/[\p{M}\p{Cf}]/u, 0],
  [/\p{Extended_Pictographic}|\p{Regional_Indicator}/u, 1400],
  [/[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/u, 1050],
  [/\p{Lu}/u, 1100],
  [/\p{L}/u, 850],
];

/** How many more thousandths a sign has in bold type. */
const bolder = 80;

/** A width that a text does not exceed, in pixels. Node knows no fonts, so this is reckoned, not measured. */
export function textWidth(text: string, size: number, isBold = false): number {
  let sum = 0;
  for (const sign of text) {
    const width =
      ascii[(sign.codePointAt(0) ?? 0) - 32] ?? others.find(([which]) => which.test(sign))?.[1] ?? 1050;
    sum += width + (isBold && width > 0 ? bolder : 0);
  }
  return Math.ceil((sum * size) / 1000);
}

/** The text in lines that are at most so wide, broken between words, and within one only if it is too long for a line. */
export function wrapped(text: string, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/ +/u).flatMap((each) => pieces(each, size, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && textWidth(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function pieces(word: string, size: number, width: number): string[] {
  if (textWidth(word, size) <= width) return [word];
  const found: string[] = [];
  let piece = '';
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    if (piece !== '' && textWidth(piece + segment, size) > width) {
      found.push(piece);
      piece = '';
    }
    piece += segment;
  }
  return [...found, piece];
}
