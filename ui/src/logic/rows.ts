/** The rows a window holds: a run of the feed, newest first, kept true by what changed since. */
import type { Filter, Row, Status } from '../generated/wire';
import { matches, words } from './marks';
import { dayNumber, sentOrStored } from './time';

export interface Day {
  day: number;
  rows: Row[];
}

/** Whether a row belongs into a filtered feed, as the store decides it. */
export function belongs(row: Row, filter: Filter): boolean {
  if (filter.account !== null && row.account !== filter.account) return false;
  if (filter.mailbox !== null && row.mailbox !== filter.mailbox) return false;
  if (filter.unread && !row.unread) return false;
  if (filter.text === null) return !leftOut(row);
  const texts = [row.from?.name, row.from?.address, row.subject, row.snippet, row.mailbox];
  return matches(texts, words(filter.text));
}

/** What a person had moved away, and what only said that a mailbox changed, once it is known what did. */
function leftOut(row: Row): boolean {
  return row.acted !== null || (row.replaced && row.kind === 'changed');
}

export interface Merge {
  /** The held rows, with changes taken in. */
  rows: Row[];
  /** Rows that are new at the top, newest first: shown now or kept waiting, as the window likes. */
  fresh: Row[];
}

/**
 * Takes changed rows in. A held row is replaced where it stands, even if the filter would no longer choose it:
 * nothing vanishes under the pointer, but for what is left out of every feed. An unheld one comes in if it belongs and isn't
 * older than what was read.
 */
export function merge(
  held: readonly Row[],
  changed: readonly Row[],
  filter: Filter,
  newest: number,
  more: boolean,
): Merge {
  const latest = new Map<number, Row>();
  for (const row of changed) {
    const known = latest.get(row.seq);
    if (!known || known.rev <= row.rev) latest.set(row.seq, row);
  }
  const rows = held.flatMap((row) => {
    const now = latest.get(row.seq);
    latest.delete(row.seq);
    if (!now || now.rev < row.rev) return [row];
    return leftOut(now) && filter.text === null ? [] : [now];
  });
  const oldest = held.at(-1)?.seq ?? 0;
  const fresh: Row[] = [];
  let between = false;
  for (const row of latest.values()) {
    if (!belongs(row, filter)) continue;
    if (row.seq > newest) fresh.push(row);
    else if (!more || row.seq > oldest) between = rows.push(row) > 0;
  }
  if (between) rows.sort(newestFirst);
  return { rows, fresh: fresh.sort(newestFirst) };
}

/** Joins two runs, newest first; of a row that is in both, the later revision stays. */
export function join(a: readonly Row[], b: readonly Row[]): Row[] {
  const bySeq = new Map<number, Row>();
  for (const row of [...a, ...b]) {
    const known = bySeq.get(row.seq);
    if (!known || known.rev <= row.rev) bySeq.set(row.seq, row);
  }
  return [...bySeq.values()].sort(newestFirst);
}

function newestFirst(a: Row, b: Row): number {
  return b.seq - a.seq;
}

/** Groups rows by the local day on which they were stored, which grows with their order. */
export function byDay(rows: readonly Row[]): Day[] {
  const days: Day[] = [];
  for (const row of rows) {
    const day = dayNumber(Date.parse(row.received_at));
    const last = days.at(-1);
    if (last?.day === day) last.rows.push(row);
    else days.push({ day, rows: [row] });
  }
  return days;
}

/** A piece of a day: rows that are drawn together, or what came while nobody listened. */
export interface Part {
  /** Stays the same while rows are added at either end. */
  key: string;
  away: boolean;
  rows: Row[];
}

/** So many rows at most are drawn or left out together. */
const TOGETHER = 8;
const MINUTE = 60_000;
/** What is stored so long after it was sent came late. */
const LATE = 5 * MINUTE;
/** What one catch-up brings is stored without longer gaps. */
const GAP = 2 * MINUTE;
/** Fewer late rows than this are no group. */
export const AWAY_LEAST = 4;

/** Cuts a day's rows into parts; `fold` gathers what came late, all at once, into groups. */
export function partsOf(rows: readonly Row[], fold: boolean): Part[] {
  const parts: Part[] = [];
  let block = NaN;
  for (let i = 0; i < rows.length;) {
    const row = rows[i];
    if (!row) break;
    const late = fold ? lateRun(rows, i) : 0;
    if (late >= AWAY_LEAST) {
      const group = rows.slice(i, i + late);
      parts.push({ key: `away ${group.at(-1)?.seq}`, away: true, rows: group });
      i += late;
      continue;
    }
    const last = parts.at(-1);
    if (last && !last.away && Math.floor(row.seq / TOGETHER) === block) last.rows.push(row);
    else {
      block = Math.floor(row.seq / TOGETHER);
      parts.push({ key: `${block} ${last?.away ? last.key : ''}`, away: false, rows: [row] });
    }
    i += 1;
  }
  return parts;
}

/** How many rows from `from` on came late and together. */
function lateRun(rows: readonly Row[], from: number): number {
  let n = 0;
  for (let i = from; i < rows.length; i += 1) {
    const row = rows[i];
    const before = rows[i - 1];
    if (!row || !isLate(row)) break;
    if (n > 0 && before && Date.parse(before.received_at) - Date.parse(row.received_at) > GAP) break;
    n += 1;
  }
  return n;
}

function isLate(row: Row): boolean {
  if (row.kind !== 'new' && row.kind !== 'changed') return false;
  return row.delayed || Date.parse(row.received_at) - sentOrStored(row) > LATE;
}

/** Whether a popup may tell it: mail, or a change of its box. */
export function isTold(row: Row): boolean {
  return row.kind === 'new' || row.kind === 'changed';
}

/** Whether something can be done with a row's message where it lies: a bridge reaches it, and it is still there. */
export function canAct(row: Row, status: Status | null): boolean {
  if (row.kind !== 'new' || row.gone_at !== null || row.replaced) return false;
  const account = status?.accounts.find((a) => a.jid === row.account);
  if (account?.link !== 'connected') return false;
  return account.nodes.some((n) => n.acts && n.service === row.service && n.node === row.node);
}

/** Who wrote: the name, else the address. */
export function senderOf(row: Row): string | null {
  return row.from?.name ?? row.from?.address ?? null;
}
