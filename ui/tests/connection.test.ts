import { describe, expect, it } from 'vitest';
import type { AccountStatus, Status } from '../src/generated/wire';
import { accountLine, standing } from '../src/logic/connection';

const now = Date.parse('2026-11-24T12:00:00Z');
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString();
const plain = (text: string) => text.replace(/[\u2068\u2069]/g, '');

function account(label: string, change: Partial<AccountStatus> = {}): AccountStatus {
  return {
    jid: `${label.toLowerCase()}@x.example`,
    label,
    xmpp: true,
    link: 'connected',
    since: null,
    trouble: null,
    next_try: null,
    proven_at: ago(40),
    publisher_at: null,
    unread: 0,
    nodes: [],
    strangers: 0,
    ...change,
  };
}

function said(accounts: AccountStatus[], problems: Status['problems'] = []) {
  const stands = standing(
    { accounts, unread: 0, pause: null, hush: null, problems, rev: 0, version: '' },
    now,
  );
  return { ...stands, text: plain(`${stands.headline}; ${stands.proof}`) };
}

describe('how the accounts stand', () => {
  it('is one account’s proof', () => {
    expect(said([account('Home')]).text).toBe('Connected; push proven 40 s ago');
  });

  it('tells beside it when the publisher last reached the mail server', () => {
    const home = account('Home', { publisher_at: ago(190) });
    expect(said([home]).text).toBe('Connected; push proven 40 s ago, mail server reached 3 min ago');
    expect(plain(accountLine(home, now))).toBe('push proven 40 s ago, mail server reached 3 min ago');
  });

  it('is the oldest proof of several, so that one age speaks for all', () => {
    const stands = said([account('Home'), account('Work', { proven_at: ago(190) })]);
    expect(stands.text).toBe('All 2 connected; push of each proven within 3 min');
  });

  it('claims no push of a mailbox that is watched by itself', () => {
    const post = account('Post', { xmpp: false });
    const other = account('Other', { xmpp: false, proven_at: ago(190) });
    expect(said([post]).text).toBe('Connected; mailbox reached 40 s ago');
    expect(said([post, other]).text).toBe('All 2 connected; each mailbox reached within 3 min');
    expect(said([account('Home'), other]).text).toBe('All 2 connected; each proven or reached within 3 min');
  });

  it('names the one that is not proven yet', () => {
    expect(said([account('Home'), account('Work', { proven_at: null })]).text).toBe(
      'All 2 connected; Work not proven yet',
    );
  });

  it('names what is not connected, and when it is tried', () => {
    const stands = said([account('Home'), account('Choir', { link: 'offline', next_try: ago(-12) })]);
    expect(stands.text).toBe('1 of 2 connected; Choir: next try in 12 s');
    expect(stands.shape).toBe('partly');
  });

  it('names what needs a person before what comes back by itself', () => {
    const trouble = { code: 'auth', message: 'Wrong password.', hint: null };
    const stands = said([
      account('Choir', { link: 'offline', next_try: ago(-12) }),
      account('Work', { link: 'error', trouble }),
    ]);
    expect(stands.text).toBe('Stopped; Wrong password.');
    expect([stands.shape, stands.troubled]).toEqual(['error', true]);
  });

  it('counts no account that is switched off', () => {
    expect(said([account('Home'), account('Old', { link: 'disabled' })]).text).toBe(
      'Connected; push proven 40 s ago',
    );
    expect(said([account('Old', { link: 'disabled' })]).text).toBe('No account is switched on; ');
  });

  it('is troubled by a node that does not deliver and by a problem of the desktop', () => {
    expect(said([account('Home')]).troubled).toBe(false);
    const node = { service: 's', node: 'n', state: 'refused', trouble: null, acts: false } as const;
    expect(said([account('Home', { nodes: [node] })]).troubled).toBe(true);
    expect(said([account('Home')], [{ code: 'notifier', message: '', hint: null }]).troubled).toBe(true);
  });
});

it('says of an account whose time to try has come that it is tried', () => {
  expect(accountLine(account('Home', { link: 'offline', next_try: ago(1) }), now)).toBe('trying now');
});
