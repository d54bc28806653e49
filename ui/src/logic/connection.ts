/** One sentence on how the accounts stand, from their states. */
import type { AccountStatus, LinkState, Problem, Status } from '../generated/wire';
import { t, told } from '../i18n.svelte';
import { span } from './time';

export type Shape = LinkState | 'partly';

export interface Standing {
  shape: Shape;
  /** How many are connected. */
  headline: string;
  /** When push was last proven, or what is awaited. */
  proof: string;
  /** Whether there is something to explain. */
  troubled: boolean;
}

/** Parts of the desktop that are missing: once a person has read of it, they needn't be told again (`PASSABLE` of the core). */
export const PASSABLE: readonly string[] = ['tray', 'logind'];

/** Whether a problem may be passed over. */
export function passable(problem: Problem): boolean {
  return PASSABLE.includes(problem.code);
}

/** How all enabled accounts stand together, at `now`. */
export function standing(status: Status, now: number): Standing {
  const enabled = status.accounts.filter((a) => a.link !== 'disabled');
  const up = enabled.filter((a) => a.link === 'connected');
  const troubled = status.problems.length > 0 || enabled.some((a) => a.trouble !== null || badNodes(a) > 0);
  if (enabled.length === 0) {
    return { shape: 'disabled', headline: t('standing-none'), proof: '', troubled };
  }
  const down = enabled.filter((a) => a.link !== 'connected');
  const worst = down.find((a) => a.link === 'error') ?? down.find((a) => a.link === 'offline') ?? down[0];
  const shape = up.length > 0 && worst !== undefined ? 'partly' : (worst?.link ?? 'connected');
  return { shape, headline: headline(enabled, up, worst), proof: proof(up, worst, now), troubled };
}

function headline(enabled: AccountStatus[], up: AccountStatus[], worst: AccountStatus | undefined): string {
  if (worst === undefined) return t('standing-connected', { n: enabled.length });
  if (up.length > 0) return t('standing-partly', { up: up.length, n: enabled.length });
  switch (worst.link) {
    case 'error':
      return t('standing-error');
    case 'offline':
      return t('standing-offline');
    default:
      return t('standing-connecting');
  }
}

/** The oldest proof speaks for all; an account that isn't connected is named instead. */
function proof(up: AccountStatus[], worst: AccountStatus | undefined, now: number): string {
  if (worst !== undefined) {
    const why = worst.link === 'error' ? worst.trouble?.message : undefined;
    const wait = why === undefined ? awaited(worst, now) : told(why);
    if (up.length > 0) return t('proof-named', { label: worst.label, what: wait });
    return worst.link === 'error' || worst.next_try !== null ? wait : '';
  }
  const unproven = up.find((a) => a.proven_at === null);
  if (unproven) return up.length > 1 ? t('proof-none-of', { label: unproven.label }) : t('proof-none');
  const [first] = up;
  if (first && up.length === 1) return ages(first, now);
  const oldest = Math.min(...up.map((a) => Date.parse(a.proven_at ?? '')));
  return t('proof-all', { ago: span(now - oldest) });
}

/** How old the proofs of a connected account are: its own, and its publisher's. */
function ages(account: AccountStatus, now: number): string {
  if (account.proven_at === null) return t('proof-none');
  const push = t('proof-one', { ago: span(now - Date.parse(account.proven_at)) });
  if (account.publisher_at === null) return push;
  return t('proof-both', { push, ago: span(now - Date.parse(account.publisher_at)) });
}

/** What an account that isn't connected waits for. */
export function awaited(account: AccountStatus, now: number): string {
  if (account.link === 'error') return t('await-person');
  if (account.next_try !== null) {
    const left = Date.parse(account.next_try) - now;
    return left > 0 ? t('await-try', { left: span(left) }) : t('await-trying');
  }
  return linkWord(account.link);
}

/** One account's state and proof in a line. */
export function accountLine(account: AccountStatus, now: number): string {
  if (account.link === 'disabled') return t('link-disabled');
  if (account.link !== 'connected') return awaited(account, now);
  return ages(account, now);
}

/** How many nodes don't deliver. */
export function badNodes(account: AccountStatus): number {
  return account.nodes.filter((n) => n.state === 'refused' || n.state === 'closed').length;
}

/** A state in a word. */
export function linkWord(link: Shape): string {
  switch (link) {
    case 'connected':
      return t('link-connected');
    case 'connecting':
      return t('link-connecting');
    case 'offline':
      return t('link-offline');
    case 'error':
      return t('link-error');
    case 'disabled':
      return t('link-disabled');
    case 'partly':
      return t('link-partly');
  }
}

/** Instants whose age is shown, so that the clock knows how fast to tick. */
export function shownInstants(status: Status | null): number[] {
  return (status?.accounts ?? []).flatMap((a) =>
    [a.proven_at, a.publisher_at, a.next_try].flatMap((at) => (at === null ? [] : Date.parse(at))),
  );
}
