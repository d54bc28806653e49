import { describe, expect, it } from 'vitest';
import type { Account } from '../src/generated/wire';
import { accountOf, draftOf, faults, listensTo, MAIL_NODE, pairs, setListening } from '../src/logic/draft';

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

it('listens to a found node once chosen, and to its own PEP node by the switch for it', () => {
  const draft = { ...draftOf(null), jid: 'lena@x.example', pep: false };
  const node = { service: 'pubsub.x.example', node: 'n' };
  const own = { service: 'lena@x.example', node: MAIL_NODE };
  setListening(draft, node, true);
  setListening(draft, node, true);
  setListening(draft, own, true);
  expect([draft.subscriptions, draft.pep, listensTo(draft, own)]).toEqual([[node], true, true]);
  setListening(draft, node, false);
  expect([draft.subscriptions, listensTo(draft, node)]).toEqual([[], false]);
});

it('shows a fingerprint in pairs, however it came', () => {
  expect(pairs('ab12cd')).toBe('AB:12:CD');
  expect(pairs('AB:12:cd')).toBe('AB:12:CD');
});
