/** An account as a form holds it: text fields, and what is wrong with them. */
import type { Account, Security, Subscription } from '../generated/wire';
import type { MessageId } from '../generated/messages';

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
}

export type Field = 'jid' | 'host' | 'port' | 'subscriptions' | 'notifiers';

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
  };
}

/** The account that a draft describes; what the form doesn't show stays as `base` has it. */
export function accountOf(draft: Draft, base: Account | null): Account {
  const host = orNull(draft.host);
  return {
    jid: draft.jid.trim(),
    name: orNull(draft.name),
    enabled: base?.enabled ?? true,
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
    password: base?.password ?? 'keyring',
    open: base?.open ?? null,
  };
}

/** What keeps a draft from being sent, by field. The engine checks again, and more strictly. */
export function faults(draft: Draft, taken: readonly string[]): Partial<Record<Field, MessageId>> {
  const found: Partial<Record<Field, MessageId>> = {};
  const wrong = jidFault(draft.jid);
  if (wrong) found.jid = wrong;
  else if (taken.includes(draft.jid.trim().toLowerCase())) found.jid = 'fault-jid-taken';
  const port = draft.port.trim();
  if (port !== '') {
    if (!/^[0-9]+$/.test(port) || Number(port) < 1 || Number(port) > 65535) found.port = 'fault-port';
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

/** Whether a found node is one that the draft listens to. */
export function listensTo(draft: Draft, node: Subscription): boolean {
  if (isOwnNode(draft, node)) return draft.pep;
  return draft.subscriptions.some((s) => s.service === node.service && s.node === node.node);
}

/** Listens to a found node, or no longer. */
export function setListening(draft: Draft, node: Subscription, on: boolean): void {
  if (isOwnNode(draft, node)) {
    draft.pep = on;
    return;
  }
  const others = draft.subscriptions.filter((s) => s.service !== node.service || s.node !== node.node);
  draft.subscriptions = on ? [...others, { ...node }] : others;
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

function orNull(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
