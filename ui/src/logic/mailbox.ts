/** An account's mailbox as a form holds it. */
import type { MessageId } from '../generated/messages';
import type { Account } from '../generated/wire';
import { isPort, lines, orNull } from './fields';

type MailServer = NonNullable<Account['imap']>;

export interface MailDraft {
  /** Whether it is reached by IMAP. */
  on: boolean;
  host: string;
  /** The host that the form itself filled in. */
  guessed: string;
  port: string;
  tls: NonNullable<MailServer['tls']>;
  user: string;
  /** One a line. */
  folders: string;
  caFile: string;
  pins: string[];
}

export type MailField = 'imapHost' | 'imapPort' | 'imapFolders';

const INBOX = 'INBOX';

/** Mail servers of large providers that aren't called `imap` in their addresses' domain. */
const servers: Readonly<Record<string, string>> = {
  'gmx.at': 'imap.gmx.net',
  'gmx.ch': 'imap.gmx.net',
  'gmx.de': 'imap.gmx.net',
  'googlemail.com': 'imap.gmail.com',
  'hotmail.com': 'outlook.office365.com',
  'icloud.com': 'imap.mail.me.com',
  'live.com': 'outlook.office365.com',
  'mac.com': 'imap.mail.me.com',
  'me.com': 'imap.mail.me.com',
  'outlook.com': 'outlook.office365.com',
  't-online.de': 'secureimap.t-online.de',
  'yahoo.com': 'imap.mail.yahoo.com',
};

export function mailDraftOf(server: MailServer | null): MailDraft {
  return {
    on: server !== null,
    host: server?.host ?? '',
    guessed: '',
    port: server?.port?.toString() ?? '',
    tls: server?.tls ?? 'implicit',
    user: server?.user ?? '',
    folders: (server?.folders ?? [INBOX]).join('\n'),
    caFile: server?.ca_file ?? '',
    pins: [...(server?.pins ?? [])],
  };
}

/** The mail server that a draft describes; where its password comes from stays as `base` has it. */
export function mailServerOf(draft: MailDraft, address: string, base: MailServer | null): MailServer {
  const user = orNull(draft.user);
  const ca_file = orNull(draft.caFile);
  const folders = lines(draft.folders);
  return {
    host: draft.host.trim(),
    ...(draft.port.trim() !== '' && { port: Number(draft.port) }),
    ...(draft.tls !== 'implicit' && { tls: draft.tls }),
    ...(user !== null && user !== address.trim() && { user }),
    ...(base?.password !== undefined && { password: base.password }),
    ...(base?.token !== undefined && { token: base.token }),
    ...((folders.length !== 1 || folders[0] !== INBOX) && { folders }),
    ...(ca_file !== null && { ca_file }),
    ...(draft.pins.length > 0 && { pins: [...draft.pins] }),
  };
}

/** Whether its password lies in the keyring. */
export function byKeyring(server: MailServer | null): boolean {
  return server?.token === undefined && (server?.password ?? 'keyring') === 'keyring';
}

/** What keeps it from being sent, by field. */
export function mailFaults(draft: MailDraft): Partial<Record<MailField, MessageId>> {
  const found: Partial<Record<MailField, MessageId>> = {};
  const host = draft.host.trim();
  if (host === '' || /[\s/@]/.test(host)) found.imapHost = 'fault-imap-host';
  const port = draft.port.trim();
  if (port !== '' && !isPort(port)) found.imapPort = 'fault-port';
  const folders = lines(draft.folders);
  if (folders.length === 0 || new Set(folders.map(folderKey)).size < folders.length) {
    found.imapFolders = 'fault-imap-folders';
  }
  return found;
}

/** Where the mailbox of an address probably is; nothing if that can't be said. */
export function guessedHost(address: string): string {
  const domain = /^[^@\s]+@([^@\s/]+\.[^@\s/.]+)$/.exec(address.trim())?.[1]?.toLowerCase();
  return domain === undefined ? '' : (servers[domain] ?? `imap.${domain}`);
}

/** Whether a folder is looked into. */
export function watches(draft: MailDraft, folder: string): boolean {
  return lines(draft.folders).some((other) => folderKey(other) === folderKey(folder));
}

/** Looks into a folder, or no longer. */
export function setWatching(draft: MailDraft, folder: string, on: boolean): void {
  const others = lines(draft.folders).filter((other) => folderKey(other) !== folderKey(folder));
  draft.folders = (on ? [...others, folder] : others).join('\n');
}

/** One name for each folder: that of the inbox is the same in any case (RFC 3501 §5.1). */
function folderKey(folder: string): string {
  return folder.toUpperCase() === INBOX ? INBOX : folder;
}
