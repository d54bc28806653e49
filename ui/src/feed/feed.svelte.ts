/** What the feed window knows, and what it can do. The components only show it. */
import { call, listen, openLink } from '$ipc';
import type { ApiError, Filter, Notice, Row, Status } from '../generated/wire';
import { t } from '../i18n';
import { target } from '../logic/links';
import { words } from '../logic/marks';
import { byDay, join, merge } from '../logic/rows';

const PAGE = 100;
/** Marking all read can be undone for up to so many rows. */
const UNDOABLE = 5000;
const ANNOUNCE_EVERY = 5000;
const REATTACH_EVERY = 2000;
const UNDO_KEY_FOR = 60_000;

export const everything: Filter = { account: null, mailbox: null, unread: false, text: null };

export interface Bar {
  text: string;
  /** Present: how to take it back. */
  undo?: () => void;
  fault?: boolean;
}

export class Feed {
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  fault = $state.raw<ApiError | null>(null);
  /** The engine has gone; a new one is awaited. */
  detached = $state(false);
  rows = $state.raw<Row[]>([]);
  /** New rows that wait behind the pill. */
  waiting = $state.raw<Row[]>([]);
  more = $state(false);
  filter = $state.raw<Filter>(everything);
  status = $state.raw<Status | null>(null);
  hours = $state.raw<number[]>([]);
  cursor = $state<number | null>(null);
  bar = $state.raw<Bar | null>(null);
  /** For the live region. */
  said = $state('');
  /** While true, new rows wait: the list is scrolled or under the pointer. */
  holding = false;

  days = $derived(byDay(this.rows));
  wanted = $derived(words(this.filter.text ?? ''));
  several = $derived((this.status?.accounts.length ?? 0) > 1);

  #rev = 0;
  #newest = 0;
  #turn = 0;
  #pulling = false;
  #owed = 0;
  #paging = false;
  #unsaid: Row[] = [];
  #saying: ReturnType<typeof setTimeout> | undefined;
  #undo: { take: () => void; until: number } | null = null;

  /** Begins; returns how to end. */
  start(): () => void {
    const stop = listen((notice) => this.#hear(notice));
    void this.load();
    void this.refresh();
    return () => {
      stop();
      clearTimeout(this.#saying);
    };
  }

  /** Reads the first page anew. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const reply = await call<'feed'>({ do: 'feed', filter: this.filter, before: null, limit: PAGE });
      if (turn !== this.#turn) return;
      this.rows = reply.rows;
      this.waiting = [];
      this.more = reply.more;
      this.#rev = reply.rev;
      this.#newest = reply.rows[0]?.seq ?? 0;
      this.phase = 'ready';
      this.fault = null;
      if (!reply.rows.some((row) => row.seq === this.cursor)) this.cursor = null;
      if (this.#owed > this.#rev) void this.#pull();
    } catch (error) {
      if (turn !== this.#turn) return;
      this.phase = 'failed';
      this.fault = error as ApiError;
    }
  }

  /** Reads status and arrivals anew. */
  async refresh(): Promise<void> {
    try {
      this.status = (await call<'status'>({ do: 'status' })).status;
      this.hours = (await call<'arrivals'>({ do: 'arrivals' })).hours;
    } catch {
      // The list says what is wrong; the line above it keeps what it knew.
    }
  }

  /** Reads the next older page. */
  async loadMore(): Promise<void> {
    if (!this.more || this.#paging) return;
    this.#paging = true;
    const turn = this.#turn;
    try {
      const before = this.rows.at(-1)?.seq ?? null;
      const reply = await call<'feed'>({ do: 'feed', filter: this.filter, before, limit: PAGE });
      if (turn !== this.#turn) return;
      this.rows = join(this.rows, reply.rows);
      this.more = reply.more;
    } catch (error) {
      this.#complain(error);
    } finally {
      this.#paging = false;
    }
  }

  /** Chooses which rows are shown. */
  choose(change: Partial<Filter>): void {
    this.filter = { ...this.filter, ...change };
    void this.load();
  }

  /** Lets the waiting rows in. */
  reveal(): void {
    if (this.waiting.length === 0) return;
    this.rows = join(this.waiting, this.rows);
    this.waiting = [];
  }

  row(seq: number | null): Row | undefined {
    return this.rows.find((row) => row.seq === seq);
  }

  /** The seq that is `by` rows below the cursor. */
  step(by: 1 | -1): number | null {
    const at = this.rows.findIndex((row) => row.seq === this.cursor);
    if (at < 0) return this.rows[0]?.seq ?? null;
    if (at + by >= this.rows.length) void this.loadMore();
    return this.rows[Math.min(Math.max(at + by, 0), this.rows.length - 1)]?.seq ?? null;
  }

  async open(row: Row): Promise<void> {
    if (target(row.link) === null) {
      this.bar = { text: t('bar-no-link') };
      return;
    }
    try {
      await openLink(row.seq);
      if (row.unread) await this.mark([row], true);
    } catch (error) {
      this.#complain(error);
    }
  }

  toggleRead(row: Row): void {
    void this.mark([row], row.unread);
  }

  /** Marks rows; shows it at once, says so, and can be undone. */
  async mark(rows: readonly Row[], read: boolean, undoable = true): Promise<void> {
    const seqs = rows.filter((row) => row.unread === read).map((row) => row.seq);
    if (seqs.length === 0) return;
    const touched = new Set(seqs);
    this.#paint(touched, !read);
    try {
      await call<'mark'>({ do: 'mark', seqs, read });
    } catch (error) {
      this.#paint(touched, read);
      this.#complain(error);
      return;
    }
    if (!undoable) return;
    const back = rows.filter((row) => touched.has(row.seq)).map((row) => ({ ...row, unread: !read }));
    this.#offer(markText(rows, read), () => void this.mark(back, !read, false));
  }

  /** Marks what the filter chooses read: exactly the rows there are now, so that it can be undone exactly. */
  async markAllRead(): Promise<void> {
    const filter = { ...this.filter, unread: true };
    try {
      const found: Row[] = [];
      let before: number | null = null;
      for (let more = true; more && found.length < UNDOABLE;) {
        const reply: { rows: Row[]; more: boolean } = await call<'feed'>({
          do: 'feed',
          filter,
          before,
          limit: 500,
        });
        found.push(...reply.rows);
        more = reply.more;
        before = reply.rows.at(-1)?.seq ?? null;
        if (before === null) break;
        if (more && found.length >= UNDOABLE) {
          const { count } = await call<'mark_all_read'>({ do: 'mark_all_read', filter });
          this.bar = { text: t('bar-marked-read', { n: count }) };
          return;
        }
      }
      if (found.length === 0) this.bar = { text: t('bar-nothing-unread') };
      else await this.mark(found, true);
    } catch (error) {
      this.#complain(error);
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

  /** Takes the last action back, as long as it is remembered. */
  undo(): void {
    const last = this.#undo;
    this.#undo = null;
    this.bar = null;
    if (last && Date.now() < last.until) last.take();
  }

  async #ask(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      await this.refresh();
    } catch (error) {
      this.#complain(error);
    }
  }

  #offer(text: string, take: () => void): void {
    this.#undo = { take, until: Date.now() + UNDO_KEY_FOR };
    this.bar = { text, undo: () => this.undo() };
  }

  #complain(error: unknown): void {
    const { message, hint } = error as ApiError;
    this.bar = { text: hint === null ? message : `${message} ${hint}`, fault: true };
  }

  #paint(seqs: ReadonlySet<number>, unread: boolean): void {
    const paint = (row: Row) => (seqs.has(row.seq) ? { ...row, unread } : row);
    this.rows = this.rows.map(paint);
    this.waiting = this.waiting.map(paint);
  }

  #hear(notice: Notice): void {
    if (notice.on === 'changed') {
      this.#owed = Math.max(this.#owed, notice.rev);
      if (this.phase === 'ready') void this.#pull();
    } else if (notice.on === 'status' || notice.on === 'accounts') {
      void this.refresh();
    } else if (notice.on === 'closing' && !this.detached) {
      this.detached = true;
      this.#reattach();
    }
  }

  /** Fetches what changed since the last revision known, one caller at a time. */
  async #pull(): Promise<void> {
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      for (let more = true; more || this.#owed > this.#rev;) {
        const turn = this.#turn;
        const reply = await call<'changes'>({ do: 'changes', since: this.#rev });
        if (turn !== this.#turn) continue;
        this.#take(reply.rows);
        const stuck = reply.rev <= this.#rev && !reply.more;
        this.#rev = Math.max(this.#rev, reply.rev);
        more = reply.more;
        if (stuck) break;
      }
    } catch (error) {
      this.#complain(error);
    } finally {
      this.#pulling = false;
    }
    await this.refresh();
  }

  #take(changed: readonly Row[]): void {
    const waits = new Set(this.waiting.map((row) => row.seq));
    this.waiting = join(
      this.waiting,
      changed.filter((row) => waits.has(row.seq)),
    );
    const rest = changed.filter((row) => !waits.has(row.seq));
    const { rows, fresh } = merge(this.rows, rest, this.filter, this.#newest, this.more);
    this.#newest = Math.max(this.#newest, fresh[0]?.seq ?? 0);
    this.rows = this.holding ? rows : join(fresh, rows);
    if (this.holding) this.waiting = join(fresh, this.waiting);
    this.#announce(fresh.filter((row) => row.unread));
  }

  /** Says arrivals, batched so that a burst is one sentence. */
  #announce(fresh: readonly Row[]): void {
    if (fresh.length === 0) return;
    this.#unsaid = [...fresh, ...this.#unsaid];
    if (this.#saying !== undefined) return;
    this.#say();
    this.#saying = setTimeout(() => {
      this.#saying = undefined;
      if (this.#unsaid.length > 0) this.#announce(this.#unsaid.splice(0));
    }, ANNOUNCE_EVERY);
  }

  #say(): void {
    const rows = this.#unsaid.splice(0);
    const from = rows[0]?.from;
    const latest = from?.name ?? from?.address ?? rows[0]?.mailbox ?? '';
    this.said = t('said-arrived', { n: rows.length, latest });
  }

  #reattach(): void {
    setTimeout(async () => {
      try {
        this.status = (await call<'status'>({ do: 'status' })).status;
        this.detached = false;
        await this.load();
        await this.refresh();
      } catch {
        this.#reattach();
      }
    }, REATTACH_EVERY);
  }
}

function markText(rows: readonly Row[], read: boolean): string {
  const only = rows.length === 1 ? rows[0] : undefined;
  const what = only?.subject ?? only?.mailbox;
  if (what) return read ? t('bar-one-read', { what }) : t('bar-one-unread', { what });
  return read ? t('bar-marked-read', { n: rows.length }) : t('bar-marked-unread', { n: rows.length });
}
