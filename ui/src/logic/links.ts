/** Links of mails: which are opened, and how their target is named before. */

const opened = new Set(['https:', 'http:', 'mailto:', 'xmpp:', 'mid:']);

/** Where a link leads: a host (an international one in its ASCII form, so that it can't pose as another), or a
 *  scheme. `null` if it isn't one that is opened. */
export function target(link: string | null): string | null {
  if (link === null || !URL.canParse(link)) return null;
  const url = new URL(link);
  if (!opened.has(url.protocol)) return null;
  return url.host === '' ? url.protocol : url.host;
}
