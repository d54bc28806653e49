/** What a person does with mail, from the feed window: it shows at once, and can be undone where that is possible. */
import { call, openLink } from '$ipc';
import type { Act, Filter, Later, Row } from '../generated/wire';
import type { MessageId } from '../generated/messages';
import { t } from '../i18n.svelte';
import { wayTo } from '../logic/links';
import { reasonText } from '../logic/reason';
import { canAct, isTold, join, senderOf } from '../logic/rows';
import type { Feed, Page } from './feed.svelte';

/** Marking all read can be undone for up to so many rows. */
const UNDOABLE = 5000;
/** Messages are moved by so many in one command at most. */
const MOVED_MOST = 500;

/** What takes a message out of its folder. */
export type Move = Exclude<Act, 'read' | 'unread'>;

export class Deeds {
  readonly #feed: Feed;

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  async open(row: Row): Promise<void> {
    if (wayTo(row) === null) {
      this.#feed.bar.tell(t('bar-no-link'));
      return;
    }
    try {
      await openLink(row.seq);
      if (row.unread) await this.mark([row], true);
    } catch (error) {
      this.#feed.bar.complain(error);
    }
  }

  /** Marks rows read if one of them isn't, else unread. */
  toggleRead(rows: readonly Row[]): void {
    const read = rows.some((row) => row.unread);
    void this.mark(rows, read);
    this.#feed.selectNone();
  }

  /** Marks rows; shows it at once, says so, and can be undone. */
  async mark(rows: readonly Row[], read: boolean, undoable = true): Promise<void> {
    const seqs = rows.filter((row) => row.unread === read).map((row) => row.seq);
    if (seqs.length === 0) return;
    const touched = new Set(seqs);
    this.#feed.paint(touched, !read);
    try {
      await call<'mark'>({ do: 'mark', seqs, read });
    } catch (error) {
      this.#feed.paint(touched, read);
      this.#feed.bar.complain(error);
      return;
    }
    if (!undoable) return;
    const back = rows.filter((row) => touched.has(row.seq)).map((row) => ({ ...row, unread: !read }));
    this.#feed.bar.offer(markText(rows, read), () => void this.mark(back, !read, false));
  }

  /** Those of rows whose messages can be moved. */
  movable(rows: readonly Row[]): Row[] {
    return rows.filter((row) => canAct(row, this.#feed.status));
  }

  /** Has messages moved where they lie. The rows leave at once, come back if it couldn't be done, and can be taken back. */
  async move(rows: readonly Row[], act: Move): Promise<void> {
    const moved = this.movable(rows);
    if (moved.length === 0) {
      if (rows.length > 0) this.#feed.bar.tell(t('bar-no-bridge'));
      return;
    }
    this.#feed.selectNone();
    // A search goes on finding them.
    if (this.#feed.filter.text === null) this.#feed.takeOut(new Set(moved.map((row) => row.seq)));
    const seqs = moved.map((row) => row.seq);
    const done: Promise<boolean>[] = [];
    for (let at = 0; at < moved.length; at += MOVED_MOST)
      done.push(this.#act(moved.slice(at, at + MOVED_MOST), act));
    // Whoever takes it back before it is done waits until it is.
    this.#feed.bar.offer(t(movedText[act], { n: moved.length }), () => {
      void this.#ask(async () => {
        if (!(await Promise.all(done)).includes(true)) return;
        const { trouble } = await call<'undo_act'>({ do: 'undo_act', seqs });
        if (trouble !== null) this.#feed.bar.complain({ message: trouble, hint: null });
      });
    });
    await Promise.all(done);
    this.#feed.refill();
  }

  /** Has messages moved that are out of the list; tells whether the engine took it on. */
  async #act(rows: readonly Row[], act: Move): Promise<boolean> {
    try {
      const { trouble } = await call<'act'>({ do: 'act', seqs: rows.map((row) => row.seq), act });
      if (trouble !== null) this.#feed.bar.complain({ message: trouble, hint: null });
      return true;
    } catch (error) {
      // What changed meanwhile is the later revision.
      if (this.#feed.filter.text === null) this.#feed.rows = join(rows, this.#feed.rows);
      this.#feed.bar.complain(error);
      return false;
    }
  }

  /** Asks until when a row, or what is selected, is to be put off, or a row's sender is to be muted. */
  ask(what: 'snooze' | 'mute', seq: number | null): void {
    const rows =
      what === 'snooze'
        ? this.#feed.targets(seq).filter(isTold)
        : this.#feed.targets(seq).filter((row) => senderOf(row) !== null);
    if (seq !== null && rows.length > 0) this.#feed.asking = { seq, what };
  }

  /** Puts rows off, or takes that back; each can be undone. */
  async snooze(rows: readonly Row[], later: Later | null): Promise<void> {
    const told = rows.filter(isTold);
    this.#feed.selectNone();
    try {
      await this.#putOff(told, later);
    } catch (error) {
      this.#feed.bar.complain(error);
      return;
    }
    this.#feed.bar.offer(t(later === null ? 'bar-unsnoozed' : 'bar-snoozed', { n: told.length }), () => {
      void this.#ask(() => this.#putBack(told));
    });
  }

  async #putOff(rows: readonly Row[], later: Later | null): Promise<void> {
    await call<'snooze'>({ do: 'snooze', seqs: rows.map((row) => row.seq), later });
  }

  /** Puts rows off as they were, so far as that is to come. */
  async #putBack(rows: readonly Row[]): Promise<void> {
    const by = new Map<string | null, Row[]>();
    for (const row of rows) {
      const at = row.snoozed_until;
      const until = at !== null && Date.parse(at) > Date.now() ? at : null;
      by.set(until, [...(by.get(until) ?? []), row]);
    }
    for (const [at, some] of by) await this.#putOff(some, at === null ? null : { at });
  }

  /** Shows no more popups of a row's sender, until an instant or for good. */
  async mute(row: Row, until: number | null): Promise<void> {
    const { seq } = row;
    const at = until === null ? null : new Date(until).toISOString();
    try {
      await call<'mute'>({ do: 'mute', seq, until: at });
      this.#feed.bar.offer(t('bar-muted', { who: senderOf(row) ?? '' }), () => {
        void this.#ask(() => call<'unmute'>({ do: 'unmute', seq }));
      });
    } catch (error) {
      this.#feed.bar.complain(error);
    }
  }

  /** Says what became of a row's popup, and why. */
  explain(seq: number | null): void {
    const row = this.#feed.row(seq);
    if (row) this.#feed.bar.tell(row.reason ? reasonText(row.reason, Date.now()) : t('reason-unknown'));
  }

  /** Marks what the filter chooses read: exactly the rows there are now, so that it can be undone exactly. */
  async markAllRead(): Promise<void> {
    const filter = { ...this.#feed.filter, unread: true };
    try {
      const found: Row[] = [];
      let before: number | null = null;
      for (let more = true; more && found.length < UNDOABLE;) {
        const reply: Page = await this.#feed.read(filter, before);
        found.push(...reply.rows);
        more = reply.more;
        before = reply.rows.at(-1)?.seq ?? null;
        if (before === null) break;
        if (more && found.length >= UNDOABLE) {
          const ask = t('bar-all-read-ask', { n: UNDOABLE });
          this.#feed.bar.suggest(ask, this.#feed.allReadWord, () => void this.#markAllForGood(filter));
          return;
        }
      }
      if (found.length === 0) this.#feed.bar.tell(t('bar-nothing-unread'));
      else await this.mark(found, true);
    } catch (error) {
      this.#feed.bar.complain(error);
    }
  }

  async #markAllForGood(filter: Filter): Promise<void> {
    try {
      const { count } = await call<'mark_all_read'>({ do: 'mark_all_read', filter });
      this.#feed.bar.tell(t('bar-marked-read', { n: count }));
    } catch (error) {
      this.#feed.bar.complain(error);
    }
  }

  async pause(until: number | null): Promise<void> {
    const at = until === null ? null : new Date(until).toISOString();
    await this.#ask(() => call<'pause'>({ do: 'pause', until: at }));
  }

  async resume(): Promise<void> {
    await this.#ask(() => call<'resume'>({ do: 'resume' }));
  }

  async retry(jid: string): Promise<void> {
    await this.#ask(() => call<'retry'>({ do: 'retry', jid }));
  }

  /** A person has read of a problem that may be passed over. */
  async dismissProblem(code: string): Promise<void> {
    await this.#ask(() => call<'dismiss_problem'>({ do: 'dismiss_problem', code }));
  }

  async #ask(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      await this.#feed.refresh();
    } catch (error) {
      this.#feed.bar.complain(error);
    }
  }
}

const movedText: Record<Move, MessageId> = {
  archive: 'bar-archived',
  delete: 'bar-deleted',
  junk: 'bar-junked',
};

function markText(rows: readonly Row[], read: boolean): string {
  const only = rows.length === 1 ? rows[0] : undefined;
  const what = only?.subject ?? only?.mailbox;
  if (what) return read ? t('bar-one-read', { what }) : t('bar-one-unread', { what });
  return read ? t('bar-marked-read', { n: rows.length }) : t('bar-marked-unread', { n: rows.length });
}
