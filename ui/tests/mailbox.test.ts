import { expect, it } from 'vitest';
import { byKeyring, guessedHost, mailDraftOf, mailFaults, mailServerOf } from '../src/logic/mailbox';

const usual = { ...mailDraftOf({ host: 'imap.x.example' }) };

it('writes nothing that is as usual', () => {
  expect(mailServerOf({ ...usual, port: ' ', user: 'lena@x.example ' }, ' lena@x.example', null)).toEqual({
    host: 'imap.x.example',
  });
});

it('gives a mail server back as it was, also where its password comes from', () => {
  for (const server of [
    {
      host: 'h.example',
      port: 143,
      tls: 'starttls',
      user: 'l',
      folders: ['A', 'B'],
      ca_file: '/ca',
      pins: ['ab'],
    },
    { host: 'h.example', password: { command: ['/bin/pass', 'show'] } },
    { host: 'h.example', token: ['/bin/token'] },
  ] as const satisfies object[]) {
    const stored = structuredClone(server) as unknown as NonNullable<Parameters<typeof mailDraftOf>[0]>;
    expect(mailServerOf(mailDraftOf(stored), 'lena@x.example', stored)).toEqual(stored);
  }
});

it.each([
  [{ host: ' ' }, { imapHost: 'fault-imap-host' }],
  [{ host: 'lena@x.example' }, { imapHost: 'fault-imap-host' }],
  [{ host: 'https://x.example' }, { imapHost: 'fault-imap-host' }],
  [{ port: '0' }, { imapPort: 'fault-port' }],
  [{ folders: ' \n' }, { imapFolders: 'fault-imap-folders' }],
  [{ folders: 'INBOX\nInbox' }, { imapFolders: 'fault-imap-folders' }],
  [{ folders: 'Work\nwork' }, {}],
])('finds of %j: %j', (change, found) => {
  expect(mailFaults({ ...usual, ...change })).toEqual(found);
});

it.each([
  ['lena@Birds.example', 'imap.birds.example'],
  ['lena@icloud.com', 'imap.mail.me.com'],
  ['lena@localhost', ''],
  ['lena', ''],
  ['lena@birds.example/phone', ''],
])('guesses of %s: %s', (address, host) => {
  expect(guessedHost(address)).toBe(host);
});

it('knows whether the keyring has its password', () => {
  expect(byKeyring(null)).toBe(true);
  expect(byKeyring({ host: 'h' })).toBe(true);
  expect(byKeyring({ host: 'h', token: ['/bin/token'] })).toBe(false);
  expect(byKeyring({ host: 'h', password: { file: '/secret' } })).toBe(false);
});
