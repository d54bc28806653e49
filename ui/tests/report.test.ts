import { expect, it } from 'vitest';
import { report } from '../src/logic/report';
import { script } from '../src/web/script';

const now = Date.parse('2026-11-24T09:31:00Z');

it('tells how each account stands and what its check found, in plain lines', () => {
  const { status, accounts, test } = script('trouble', now);
  const checked = accounts.map((account) => ({ account, steps: test(account) }));
  const text = report(status, [], checked, now);
  expect(text.split('\n').slice(0, 3)).toEqual([
    'Mailwren 0.1.0',
    '2026-11-24T09:31:00.000Z',
    '! notifier: Notifications can’t be shown: no notification daemon is running.',
  ]);
  expect(text).toContain(
    '\nl.brandt@work.example\n  needs you, stopped until you look\n  ! auth: the server doesn’t accept',
  );
  expect(text).toContain(
    '  pubsub.choir.example mail/alto/INBOX: refused: This account isn’t allowed to read it.',
  );
  expect(text).toContain('  Login: failed, the server doesn’t accept this address and password (71 ms)');
  expect(text).not.toMatch(/[\u2066-\u2069]/);
});

it('names the steps of a mailbox that is all there is as they are', () => {
  const { status, accounts, test } = script('mailboxes', now);
  const checked = accounts.map((account) => ({ account, steps: test(account) }));
  const text = report(status, [], checked, now);
  expect(text).toContain('  Mailbox: done, 6 folders (240 ms)');
  expect(text).toContain('\nlena@post.example\n  Mail server: imap.post.example\n');
  expect(text).toContain('  Folders: done, 6 folders (30 ms)');
});
