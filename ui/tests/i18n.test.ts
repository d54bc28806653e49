import { afterEach, expect, it } from 'vitest';
import type { Said } from '../src/generated/wire';
import { choose, engineIsSpoken, languages, locale, speak, t, told, type Language } from '../src/i18n.svelte';
import { rowTime, span } from '../src/logic/time';

afterEach(() => speak('en'));

it.each([
  [['de-AT', 'en'], 'de'],
  [['fr', 'ar-EG', 'en'], 'ar'],
  [['fr'], 'en'],
  [[], 'en'],
])('of %j chooses %s', (asked, language) => {
  expect(choose(asked)).toBe(language);
});

it('speaks another language at once, dates and plurals included', async () => {
  const row = { received_at: '2026-11-24T12:00:00Z', sent_at: '2026-11-16T12:00:00Z' };
  const now = Date.parse('2026-11-24T12:00:00Z');
  expect([t('selected', { n: 1 }), rowTime(row, now)]).toEqual([
    'One selected',
    expect.stringContaining('Nov'),
  ]);
  await speak('de');
  expect([t('selected', { n: 1 }), locale()]).toEqual(['Eine ausgewählt', 'de']);
  await speak('ar');
  expect(t('selected', { n: 2 })).toBe('حُدّدت اثنتان');
  expect(span(3 * 86_400_000)).toMatch(/أيام/);
  expect(rowTime(row, now)).not.toMatch(/Nov/);
});

it('of two languages asked for in a row speaks the last, whichever comes first', async () => {
  await Promise.all([speak('ar'), speak('de')]);
  expect(locale()).toBe('de');
});

it.each(Object.keys(languages) as Language[])(
  'keeps names in another direction to themselves in %s',
  async (name) => {
    await speak(name);
    expect(t('remove-title', { jid: 'a@b' })).toContain('\u2068a@b\u2069');
  },
);

it('says what the engine says, one message in the other, in the language spoken now', async () => {
  const certificate: Said = {
    id: 'trouble-certificate',
    args: { target: 'mail.example.org:993', why: { id: 'certificate-own', args: {} } },
  };
  const mails: Said = { id: 'act-missing', args: { n: 2 } };
  const plain = (said: Said) => told(said).replace(/[\u2068\u2069]/g, '');
  expect([plain(certificate), plain(['as it is', mails])]).toEqual([
    'the certificate of mail.example.org:993 isn’t trusted: it is signed by itself only',
    'as it is\n2 mails aren’t in their folder any more.',
  ]);
  await speak('de');
  await engineIsSpoken();
  expect([plain(certificate), plain(mails)]).toEqual([
    'dem Zertifikat von mail.example.org:993 ist nicht zu trauen: es ist nur von sich selbst unterschrieben',
    '2 Mails sind nicht mehr in ihrem Ordner.',
  ]);
});
