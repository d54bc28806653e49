/** An account as a form holds it: text fields, and what is wrong with them. */
import type { Account, Security, Subscription, TestStep } from '../generated/wire';
import type { MessageId } from '../generated/messages';
import { guessedHost, mailDraftOf, mailFaults, mailServerOf, setWatching, watches } from './mailbox';
import type { MailDraft, MailField } from './mailbox';
import { isPort, lines, orNull } from './fields';

/** The PEP node of Mailwren's own dialect. */
export const MAIL_NODE = 'urn:mailwren:mail:0';

export interface Draft {
  jid: string;
  name: string;
  host: string;
  port: string;
  security: Security;
  caFile: string;
  pins: string[];
  pep: boolean;
  subscriptions: Subscription[];
  notifiers: string;
  /** Whether it has XMPP. Without, its mailbox alone tells. */
  xmpp: boolean;
  mail: MailDraft;
}

export type Field = 'jid' | 'host' | 'port' | 'subscriptions' | 'notifiers' | MailField;
/** What keeps a draft from being sent, by field. */
export type Faults = Partial<Record<Field, MessageId>>;

/** What belongs to XMPP. */
type XmppPart = Pick<
  Account,
  'host' | 'port' | 'security' | 'ca_file' | 'pins' | 'pep' | 'subscriptions' | 'notifiers'
>;

export function draftOf(account: Account | null): Draft {
  return {
    jid: account?.jid ?? '',
    name: account?.name ?? '',
    host: account?.host ?? '',
    port: account?.port?.toString() ?? '',
    security: account?.security ?? 'auto',
    caFile: account?.ca_file ?? '',
    pins: [...(account?.pins ?? [])],
    pep: account?.pep ?? true,
    subscriptions: (account?.subscriptions ?? []).map((s) => ({ ...s })),
    notifiers: (account?.notifiers ?? []).join('\n'),
    xmpp: account?.xmpp ?? true,
    mail: mailDraftOf(account?.imap ?? null),
  };
}

/** A draft of a new account that begins with an address. */
export function newDraft(jid: string, xmpp: boolean): Draft {
  const draft = { ...draftOf(null), jid, xmpp };
  if (!xmpp) setMailbox(draft, true);
  return draft;
}

/** Switches the mailbox on or off; its server is guessed from the address. */
export function setMailbox(draft: Draft, on: boolean): void {
  draft.mail.on = on;
  guessServer(draft);
}

/** Goes by what the address says of the mail server, as long as nobody said otherwise. */
export function guessServer(draft: Draft): void {
  const { mail } = draft;
  if (!mail.on || (mail.host.trim() !== '' && mail.host !== mail.guessed)) return;
  mail.host = mail.guessed = guessedHost(draft.jid);
}

/** The account that a draft describes; what the form doesn't show stays as `base` has it. */
export function accountOf(draft: Draft, base: Account | null): Account {
  return {
    jid: draft.jid.trim(),
    name: orNull(draft.name),
    enabled: base?.enabled ?? true,
    ...xmppOf(draft.xmpp ? draft : draftOf(base)),
    password: base?.password ?? 'keyring',
    xmpp: draft.xmpp,
    imap: draft.mail.on ? mailServerOf(draft.mail, draft.jid, base?.imap ?? null) : null,
    open: base?.open ?? null,
  };
}

function xmppOf(draft: Draft): XmppPart {
  const host = orNull(draft.host);
  return {
    host,
    port: host === null || draft.port.trim() === '' ? null : Number(draft.port),
    security: draft.security,
    ca_file: orNull(draft.caFile),
    pins: [...draft.pins],
    pep: draft.pep,
    subscriptions: draft.subscriptions
      .map((s) => ({ service: s.service.trim(), node: s.node.trim() }))
      .filter((s) => s.service !== '' || s.node !== ''),
    notifiers: lines(draft.notifiers),
  };
}

/** What keeps a draft from being sent, by field. The engine checks again, and more strictly. */
export function faults(draft: Draft, taken: readonly string[]): Faults {
  const found: Partial<Record<Field, MessageId>> = draft.mail.on ? mailFaults(draft.mail) : {};
  const wrong = jidFault(draft.jid);
  if (wrong) found.jid = wrong;
  else if (taken.includes(draft.jid.trim().toLowerCase())) found.jid = 'fault-jid-taken';
  if (!draft.xmpp) return found;
  const port = draft.port.trim();
  if (port !== '') {
    if (!isPort(port)) found.port = 'fault-port';
    else if (draft.host.trim() === '') found.host = 'fault-host';
  }
  if (draft.subscriptions.some((s) => (s.service.trim() === '') !== (s.node.trim() === ''))) {
    found.subscriptions = 'fault-subscription';
  }
  if (lines(draft.notifiers).some((line) => /\s/.test(line))) found.notifiers = 'fault-notifiers';
  return found;
}

/** What keeps a text from being an account's address. */
export function jidFault(text: string): MessageId | undefined {
  const jid = text.trim();
  if (jid === '') return 'fault-jid-empty';
  if (jid.includes('/')) return 'fault-jid-resource';
  return isBareJid(jid) ? undefined : 'fault-jid-form';
}

/** Whether a step of an account's test is about its mailbox: its nodes are folders, and its certificate is the mail server's. */
export function ofMailbox(step: TestStep, xmpp: boolean): boolean {
  return step.name === 'mailbox' || !xmpp;
}

/** Whether a node that a step found is one that the draft listens to. */
export function listensTo(draft: Draft, step: TestStep, node: Subscription): boolean {
  if (ofMailbox(step, draft.xmpp)) return watches(draft.mail, node.node);
  if (isOwnNode(draft, node)) return draft.pep;
  return draft.subscriptions.some((s) => s.service === node.service && s.node === node.node);
}

/** Listens to a node that a step found, or no longer. */
export function setListening(draft: Draft, step: TestStep, node: Subscription, on: boolean): void {
  if (ofMailbox(step, draft.xmpp)) {
    setWatching(draft.mail, node.node, on);
    return;
  }
  if (isOwnNode(draft, node)) {
    draft.pep = on;
    return;
  }
  const others = draft.subscriptions.filter((s) => s.service !== node.service || s.node !== node.node);
  draft.subscriptions = on ? [...others, { ...node }] : others;
}

/** Trusts the certificate that a step asks about. */
export function trust(draft: Draft, step: TestStep): void {
  const at = ofMailbox(step, draft.xmpp) ? draft.mail : draft;
  if (step.fingerprint && !at.pins.includes(step.fingerprint)) at.pins = [...at.pins, step.fingerprint];
}

function isOwnNode(draft: Draft, node: Subscription): boolean {
  return node.node === MAIL_NODE && node.service === draft.jid.trim();
}

/** A fingerprint in pairs, as operators print it. */
export function pairs(fingerprint: string): string {
  const hex = fingerprint.replace(/[^0-9a-f]/gi, '').toUpperCase();
  return hex.match(/.{1,2}/g)?.join(':') ?? fingerprint;
}

function isBareJid(text: string): boolean {
  const [local, domain, ...rest] = text.split('@');
  return rest.length === 0 && !!local && !!domain && !/[\s"&'/:<>]/.test(local) && !/\s/.test(domain);
}
