/** How what a mail opens is named before it is opened. */
import type { Row } from '../generated/wire';
import { t } from '../i18n.svelte';

const opened = new Set(['https:', 'http:', 'mailto:', 'xmpp:', 'mid:']);

/** Where a link leads: a host (an international one in its ASCII form, so that it can't pose as another), or a
 *  scheme. `null` if it isn't one that is opened. */
export function target(link: string | null): string | null {
  if (link === null || !URL.canParse(link)) return null;
  const url = new URL(link);
  if (!opened.has(url.protocol)) return null;
  return url.host === '' ? url.protocol : url.host;
}

export interface Way {
  /** Where it leads, in a word. */
  to: string;
  /** The same as what is to be done. */
  label: string;
}

/** Where opening a mail leads, as the engine says; `null` if there is no way. */
export function wayTo({ opens, link }: Row): Way | null {
  if (opens === null) return null;
  if (opens === 'mid') return { to: t('mail-program'), label: t('open-mid') };
  if (opens !== 'link' && 'program' in opens) {
    return { to: opens.program, label: t('open-in', { program: opens.program }) };
  }
  const host = opens === 'link' ? target(link) : opens.webmail;
  return host === null ? null : { to: host, label: t('open-at', { host }) };
}
