import { describe, expect, it } from 'vitest';
import type { Account, TestStep } from '../src/generated/wire';
import {
  accountOf,
  draftOf,
  faults,
  guessServer,
  listensTo,
  MAIL_NODE,
  newDraft,
  pairs,
  setListening,
  setMailbox,
  trust,
} from '../src/logic/draft';

const stored: Account = {
  jid: 'sam@x.example',
  name: 'Sam',
  enabled: false,
  host: 'h.example',
  port: 5223,
  security: 'direct',
  ca_file: '/ca.pem',
  pins: ['ab'],
  pep: false,
  subscriptions: [{ service: 'pubsub.x.example', node: '/protected/sam/Inbox' }],
  notifiers: ['mail@x.example', 'lists@x.example'],
  password: { file: '/secret' },
  xmpp: true,
  imap: { host: 'imap.x.example', token: ['/bin/token'], folders: ['INBOX', 'Work'], pins: ['cd'] },
  open: { webmail: 'https://mail.x.example/{message_id}' },
};

it('gives an account back as it was, also what the form does not show', () => {
  expect(accountOf(draftOf(stored), stored)).toEqual(stored);
});

it('makes of a JID alone an account of defaults', () => {
  expect(accountOf({ ...draftOf(null), jid: ' lena@x.example ' }, null)).toEqual({
    jid: 'lena@x.example',
    name: null,
    enabled: true,
    host: null,
    port: null,
    security: 'auto',
    ca_file: null,
    pins: [],
    pep: true,
    subscriptions: [],
    notifiers: [],
    password: 'keyring',
    xmpp: true,
    imap: null,
    open: null,
  });
});

it('leaves empty lines out', () => {
  const draft = {
    ...draftOf(stored),
    notifiers: '\n a@x.example \n\n',
    subscriptions: [{ service: ' ', node: '' }],
  };
  const account = accountOf(draft, stored);
  expect([account.notifiers, account.subscriptions]).toEqual([['a@x.example'], []]);
});

describe('faults', () => {
  it.each([
    ['', 'fault-jid-empty'],
    ['lena', 'fault-jid-form'],
    ['@x.example', 'fault-jid-form'],
    ['a@b@c', 'fault-jid-form'],
    ['le na@x.example', 'fault-jid-form'],
    ['lena@x.example/phone', 'fault-jid-resource'],
    ['SAM@x.example', 'fault-jid-taken'],
    ['lena@x.example', undefined],
    ['ñandú@bücher.example', undefined],
  ])('of the JID %j: %s', (jid, fault) => {
    expect(faults({ ...draftOf(null), jid }, ['sam@x.example']).jid).toBe(fault);
  });

  it.each([
    [{ port: '70000', host: 'h' }, { port: 'fault-port' }],
    [{ port: '5222a', host: 'h' }, { port: 'fault-port' }],
    [{ port: '5222' }, { host: 'fault-host' }],
    [{ subscriptions: [{ service: 's', node: '' }] }, { subscriptions: 'fault-subscription' }],
    [{ notifiers: 'a@x.example b@x.example' }, { notifiers: 'fault-notifiers' }],
  ])('of %j: %j', (change, found) => {
    expect(faults({ ...draftOf(null), jid: 'lena@x.example', ...change }, [])).toEqual(found);
  });
});

const found = (name: TestStep['name'], fingerprint: string | null = null): TestStep => ({
  name,
  state: 'passed',
  detail: '',
  hint: null,
  millis: 1,
  fingerprint,
  changed: false,
  nodes: [],
});

it('listens to a found node once chosen, and to its own PEP node by the switch for it', () => {
  const draft = { ...draftOf(null), jid: 'lena@x.example', pep: false };
  const node = { service: 'pubsub.x.example', node: 'n' };
  const own = { service: 'lena@x.example', node: MAIL_NODE };
  const step = found('nodes');
  setListening(draft, step, node, true);
  setListening(draft, step, node, true);
  setListening(draft, step, own, true);
  expect([draft.subscriptions, draft.pep, listensTo(draft, step, own)]).toEqual([[node], true, true]);
  setListening(draft, step, node, false);
  expect([draft.subscriptions, listensTo(draft, step, node)]).toEqual([[], false]);
});

describe('the mailbox', () => {
  const folder = (node: string) => ({ service: 'imap.x.example', node });

  it('has its folders chosen apart from nodes of the same name', () => {
    const draft = newDraft('lena@x.example', true);
    setMailbox(draft, true);
    expect(listensTo(draft, found('mailbox'), folder('inbox'))).toBe(true);
    setListening(draft, found('mailbox'), folder('Work/Rust'), true);
    setListening(draft, found('mailbox'), folder('Inbox'), false);
    const account = accountOf(draft, null);
    expect([account.imap, account.subscriptions]).toEqual([
      { host: 'imap.x.example', folders: ['Work/Rust'] },
      [],
    ]);
    expect(listensTo(draft, found('nodes'), folder('Work/Rust'))).toBe(false);
  });

  it('is all there is without XMPP: what found nodes are, and whose certificate is asked about', () => {
    const draft = newDraft('lena@x.example', false);
    setListening(draft, found('nodes'), folder('Work'), true);
    trust(draft, found('tls', 'ab'));
    trust(draft, found('tls', 'ab'));
    expect(accountOf(draft, null)).toMatchObject({
      xmpp: false,
      pins: [],
      subscriptions: [],
      imap: { host: 'imap.x.example', folders: ['INBOX', 'Work'], pins: ['ab'] },
    });
  });

  it('has pins of its own beside those of XMPP', () => {
    const draft = newDraft('lena@x.example', true);
    setMailbox(draft, true);
    trust(draft, found('tls', 'ab'));
    trust(draft, found('mailbox', 'cd'));
    expect([draft.pins, draft.mail.pins]).toEqual([['ab'], ['cd']]);
  });

  it('leaves what belongs to XMPP out once there is none', () => {
    const draft = { ...newDraft('lena@x.example', false), host: 'h.example', port: 'x', notifiers: 'a b' };
    expect(faults(draft, [])).toEqual({});
    expect(accountOf(draft, null)).toMatchObject({ host: null, port: null, notifiers: [] });
  });

  it('goes with the switch', () => {
    const draft = draftOf(stored);
    setMailbox(draft, false);
    expect(accountOf(draft, stored).imap).toBeNull();
    setMailbox(draft, true);
    expect(accountOf(draft, stored).imap).toEqual(stored.imap);
  });

  it('follows the address until somebody names its server', () => {
    const draft = newDraft('', false);
    expect(draft.mail.host).toBe('');
    draft.jid = 'lena@birds.example';
    guessServer(draft);
    expect(draft.mail.host).toBe('imap.birds.example');
    draft.jid = 'lena@gmx.de';
    guessServer(draft);
    expect(draft.mail.host).toBe('imap.gmx.net');
    draft.mail.host = 'mail.birds.example';
    draft.jid = 'lena@x.example';
    guessServer(draft);
    expect(draft.mail.host).toBe('mail.birds.example');
  });
});

it('shows a fingerprint in pairs, however it came', () => {
  expect(pairs('ab12cd')).toBe('AB:12:CD');
  expect(pairs('AB:12:cd')).toBe('AB:12:CD');
});
