import { describe as group, expect, it } from 'vitest';
import { describe } from '../src/logic/describe';
import { target } from '../src/logic/links';
import { row } from './rows.fixture';

const plain = (text: string) => text.replace(/[\u2068\u2069]/g, '');

group('a row', () => {
  it('of a change names its box and claims no new mail', () => {
    const said = describe(row(1, { kind: 'changed', mailbox: 'Inbox' }));
    expect(plain(said.who)).toBe('Inbox changed');
    expect(`${said.who} ${said.subject}`).not.toMatch(/new/i);
  });

  it('of a change tells the unseen when they are told', () => {
    expect(describe(row(1, { kind: 'changed', unseen: 3 })).subject).toBe('3 unseen in it');
  });

  it('of a change whose envelope was found is a mail', () => {
    const said = describe(
      row(1, { kind: 'changed', subject: 'Hello', from: { name: 'Jonas', address: null } }),
    );
    expect([said.who, said.subject]).toEqual(['Jonas', 'Hello']);
  });

  it('falls back from name to address to words', () => {
    expect(describe(row(1, { from: { name: null, address: 'a@x.example' } })).who).toBe('a@x.example');
    expect(describe(row(1)).who).toBe('Unknown sender');
    expect(describe(row(1)).subject).toBe('No subject');
  });

  it('names its folder unless that is the inbox', () => {
    expect(describe(row(1, { mailbox: 'INBOX' })).folder).toBeNull();
    expect(describe(row(1, { mailbox: 'Work/Builds' })).folder).toBe('Work/Builds');
  });

  it.each(['gone', 'cleared', 'closed'] as const)('of kind %s is a quiet line', (kind) => {
    expect(describe(row(1, { kind })).line).toBe(true);
  });
});

group('a link’s target', () => {
  it.each([
    ['https://webmail.example.org/m/42', 'webmail.example.org'],
    ['http://user:pass@host.example:8080/', 'host.example:8080'],
    ['https://xn--80ak6aa92e.com/', 'xn--80ak6aa92e.com'],
    ['https://аррӏе.com/', 'xn--80ak6aa92e.com'],
    ['mailto:a@b.example', 'mailto:'],
    ['mid:1@b.example', 'mid:'],
    ['xmpp:a@b.example', 'xmpp:'],
    ['javascript:alert(1)', null],
    ['file:///etc/passwd', null],
    ['data:text/html,x', null],
    ['imap://h/INBOX', null],
    ['not a link', null],
    [null, null],
  ])('of %s is %s', (link, shown) => {
    expect(target(link)).toBe(shown);
  });
});
