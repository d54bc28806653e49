/** By what a search found a row, where that isn't usually shown. */
import type { Row } from '../generated/wire';
import type { Description } from './describe';
import { matches } from './marks';

export interface Found {
  /** The sender's address, if it is to be shown beside the name. */
  address: string | null;
  /** The folder, if it is to be shown. */
  folder: string | null;
  /** Whether the folder was found. */
  inFolder: boolean;
}

/** What a row shows of address and folder, so that each word of a search is seen to begin a word of it. */
export function foundBy(row: Row, said: Description, wanted: readonly string[], snippet: boolean): Found {
  const has = (text: string | null | undefined, of: readonly string[]) =>
    of.some((word) => matches([text], [word]));
  const shown = [said.who, said.subject, snippet ? said.snippet : null, said.folder];
  const unseen = said.line ? [] : wanted.filter((word) => !matches(shown, [word]));
  const address = has(row.from?.address, unseen) ? (row.from?.address ?? null) : null;
  const folder = said.folder ?? (has(row.mailbox, unseen) ? row.mailbox : null);
  return { address, folder, inFolder: has(folder, wanted) };
}
