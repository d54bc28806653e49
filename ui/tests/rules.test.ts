import { describe, expect, it } from 'vitest';
import type { Reason } from '../src/generated/wire';
import { speak } from '../src/i18n.svelte';
import { reasonText } from '../src/logic/reason';
import { blankRule, conditions, consequences, draftOf, isIdle, ruleOf } from '../src/logic/rules';
import './english';

const now = new Date(2026, 10, 24, 10, 31).getTime();
const plain = (text: string) => text.replace(/[\u2068\u2069]/g, '');

describe('a rule’s form', () => {
  it('takes a pattern a line, and gives back what it doesn’t show', () => {
    const base = { ...blankRule(), enabled: false, until: '2026-11-24T17:00:00Z', then: 'silent' as const };
    const draft = {
      ...draftOf(base),
      sender: ' *@example.org \n\nMiriam\n',
      name: '  ',
      privacy: 'count' as const,
    };
    expect(ruleOf(draft, base)).toEqual({ ...base, sender: ['*@example.org', 'Miriam'], privacy: 'count' });
  });

  it('says a rule as it is', () => {
    const rule = {
      ...blankRule(),
      name: 'Bell',
      folder: ['lists/*', 'INBOX'],
      hook: ['/bin/ring', ' two words '],
      until: '2026-11-24T17:00:00Z',
    };
    expect(ruleOf(draftOf(rule), rule)).toEqual(rule);
    expect(ruleOf({ ...draftOf(rule), ends: false }, rule).until).toBeNull();
  });

  it('tells one that does nothing', () => {
    expect(isIdle({ ...blankRule(), sender: ['x'] })).toBe(true);
    expect(isIdle({ ...blankRule(), hook: ['/bin/ring'] })).toBe(false);
  });
});

it('a rule in words: what it is about, what it does, until when', () => {
  const rule = {
    ...blankRule(),
    then: 'vip' as const,
    privacy: 'sender' as const,
    hook: ['/bin/ring', '-v'],
  };
  const until = new Date(2026, 10, 24, 18, 0).toISOString();
  expect(conditions(rule)).toBe('Every mail');
  expect(plain(conditions({ ...rule, sender: ['a', 'b'], folder: ['c'] }))).toBe('Sender: a or b; Folder: c');
  expect(plain(consequences({ ...rule, until }, now))).toMatch(
    /^Notification: Also during quiet; What it shows: Sender only; Command to run: \/bin\/ring; until 0?6:00/,
  );
});

it.each([
  [{ outcome: 'notify', cause: 'usual', privacy: null }, 'Told by a notification: as usual'],
  [{ outcome: 'silent', cause: 'rule', rule: 'Lists', privacy: null }, 'No notification: rule Lists'],
  [{ outcome: 'silent', cause: 'paused', until: null, privacy: null }, 'No notification: paused'],
  [
    { outcome: 'notify', cause: 'vip', rule: 'Family', privacy: 'sender' },
    'Told by a notification: VIP by rule Family; by a rule, with the sender only',
  ],
] satisfies [Reason, string][])('says why %j', (reason, said) => {
  expect(plain(reasonText(reason, now))).toBe(said);
});

it('names the end of quiet hours by its day when that isn’t today', () => {
  const until = new Date(2026, 10, 23, 7, 0).toISOString();
  const reason: Reason = { outcome: 'silent', cause: 'quiet_hours', until, privacy: null };
  expect(reasonText(reason, now)).toMatch(/quiet hours until .*Mon.*7:00/);
});

it('is told in the marks of its language', async () => {
  const rule = { ...blankRule(), sender: ['a', 'b'], subject: ['c'] };
  expect(plain(conditions(rule))).toBe('Sender: a or b; Subject: c');
  await speak('ar');
  expect(conditions(rule)).toMatch(/؛ /);
  expect(conditions(rule)).not.toContain(';');
  await speak('en');
});
