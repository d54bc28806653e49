/** Search hits in a text, found as the store finds them: each word begins a word; case and accents don't count. */

export interface Piece {
  text: string;
  hit: boolean;
}

const wordChar = /[\p{L}\p{N}\p{M}]/u;

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The words of a query or text, folded. */
export function words(text: string): string[] {
  return fold(text)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Cuts a text into pieces, hits marked; the pieces joined are the text. */
export function pieces(text: string, wanted: readonly string[]): Piece[] {
  if (wanted.length === 0 || text === '') return [{ text, hit: false }];
  const chars = [...text];
  const folded = chars.map(fold);
  const out: Piece[] = [];
  let plain = '';
  for (let i = 0; i < chars.length;) {
    const length = startsWord(chars, i) ? hitLength(folded, i, wanted) : 0;
    if (length === 0) {
      plain += chars[i] ?? '';
      i += 1;
      continue;
    }
    if (plain !== '') out.push({ text: plain, hit: false });
    plain = '';
    out.push({ text: chars.slice(i, i + length).join(''), hit: true });
    i += length;
  }
  if (plain !== '') out.push({ text: plain, hit: false });
  return out;
}

function startsWord(chars: readonly string[], i: number): boolean {
  return wordChar.test(chars[i] ?? '') && !wordChar.test(chars[i - 1] ?? '');
}

/** How many characters from `i` on the longest wanted word covers. */
function hitLength(folded: readonly string[], i: number, wanted: readonly string[]): number {
  let best = 0;
  for (const word of wanted) {
    let got = '';
    let n = i;
    while (n < folded.length && got.length < word.length) got += folded[n++] ?? '';
    // A mark that follows belongs to the last letter.
    while (n < folded.length && folded[n] === '') n += 1;
    if (got.startsWith(word)) best = Math.max(best, n - i);
  }
  return best;
}

/** Whether every wanted word begins a word of one of the texts. */
export function matches(texts: readonly (string | null | undefined)[], wanted: readonly string[]): boolean {
  const have = texts.flatMap((text) => words(text ?? ''));
  return wanted.every((word) => have.some((other) => other.startsWith(word)));
}
