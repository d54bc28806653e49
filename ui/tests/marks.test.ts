import { expect, it } from 'vitest';
import { pieces, words } from '../src/logic/marks';

/** Hits in brackets. */
const marked = (text: string, query: string) =>
  pieces(text, words(query))
    .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join('');

it.each([
  ['Schlüsselübergabe am Donnerstag', 'schlussel', '[Schlüssel]übergabe am Donnerstag'],
  ['am Amt', 'am', '[am] [Am]t'],
  ['re: report', 'e port', 're: report'],
  ['mail-store/replication', 'store rep', 'mail-[store]/[rep]lication'],
  ['e\u0301te\u0301', 'ete', '[e\u0301te\u0301]'],
  ['تذكير: موعد', 'موع', 'تذكير: [موع]د'],
  ['<b>x</b>', 'b', '<[b]>x</[b]>'],
  ['👋 hello', 'hel', '👋 [hel]lo'],
  ['longest wins', 'lo longe', '[longe]st wins'],
  ['nothing', '', 'nothing'],
])('in %j marks %j', (text, query, shown) => {
  expect(marked(text, query)).toBe(shown);
});

it('loses not a character of any text', () => {
  const odd = 'Z\u0338\u0321 \u202Egnp\u2066 \ud800 İstanbul ﬁn';
  for (const query of ['z', 'gnp', 'i', 'ist', 'fi']) {
    expect(
      pieces(odd, words(query))
        .map((p) => p.text)
        .join(''),
    ).toBe(odd);
  }
});
