/** What the feed window knows, and which rows it holds. The components only show it. */
import { call, listen, type ReplyTo } from '$ipc';
import type { ApiError, Filter, Notice, Row, Status } from '../generated/wire';
import { t } from '../i18n.svelte';
import { Bar } from '../logic/bar.svelte';
import { words } from '../logic/marks';
import { Deeds } from './deeds';
import { Folders } from './folders.svelte';
import { byDay, join, merge, partsOf, type Part } from '../logic/rows';

const PAGE = 100;
/** The most rows that a reply bears. */
const REREAD = 500;
const ANNOUNCE_EVERY = 5000;
/** What was found is said once nobody has typed for so many milliseconds. */
const FOUND_AFTER = 500;
/** A burst is taken in so many milliseconds at a time. */
const PULL_EVERY = 100;
/** No more rows are read in to be selected: what is done with them is done at once. */
const SELECTED_MOST = 1000;
/** A row asked for by name is looked for among so many. */
const SOUGHT = 2000;

export type Page = ReplyTo<'feed'>;

export const everything: Filter = { account: null, mailbox: null, unread: false, text: null };

export class Feed {
  phase = $state<'loading' | 'ready' | 'failed'>('loading');
  fault = $state.raw<ApiError | null>(null);
  rows = $state.raw<Row[]>([]);
  /** New rows that wait behind the pill. */
  waiting = $state.raw<Row[]>([]);
  more = $state(false);
  filter = $state.raw<Filter>(everything);
  status = $state.raw<Status | null>(null);
  hours = $state.raw<number[]>([]);
  cursor = $state<number | null>(null);
  /** The rows that an action is to touch together; none: the one with the keyboard. */
  selected = $state.raw<ReadonlySet<number>>(new Set());
  /** The keys of away groups that are unfolded. */
  opened = $state.raw<ReadonlySet<string>>(new Set());
  /** A row that is to be put off, or its sender muted: the list asks until when. */
  asking = $state.raw<{ seq: number; what: 'snooze' | 'mute' } | null>(null);
  /** A row that the list is to go to. */
  asked = $state<number | null>(null);
  /** For the live region. */
  said = $state('');
  /** While true, new rows wait: the list is scrolled or under the pointer. */
  holding = false;
  readonly bar = new Bar();
  readonly folders = new Folders();
  readonly deeds = new Deeds(this);

  /** What is searched for or unread is shown as it is, not folded away. */
  #folds = $derived(this.filter.text === null && !this.filter.unread);
  days = $derived(byDay(this.rows).map(({ day, rows }) => ({ day, parts: partsOf(rows, this.#folds) })));
  /** The rows that the keyboard stops at, from the top: a folded group is one. */
  stops = $derived(
    this.days
      .flatMap(({ parts }) => parts)
      .flatMap((part) => (this.#isFolded(part) ? part.rows.slice(0, 1) : part.rows))
      .map((row) => row.seq),
  );
  /** The lines that can be seen, from the top: heads of days, groups, and rows that aren't folded away. */
  #lines = $derived(
    this.days.flatMap(({ day, parts }) => [
      dayLine(day),
      ...parts.flatMap((part) => [
        ...(part.away ? [part.key] : []),
        ...(this.#isFolded(part) ? [] : part.rows.map((row) => row.seq)),
      ]),
    ]),
  );
  /** At which place each line stands, from 1. */
  places = $derived(new Map<number | string, number>(this.#lines.map((line, i) => [line, i + 1])));
  wanted = $derived(words(this.filter.text ?? ''));
  several = $derived((this.status?.accounts.length ?? 0) > 1);
  labels = $derived(new Map((this.status?.accounts ?? []).map((a) => [a.jid, a.label])));
  /** What marking all read is called: something may be left out. */
  allReadWord = $derived(
    this.filter.unread || this.filter.mailbox !== null || this.filter.text !== null
      ? t('menu-shown-read')
      : t('menu-all-read'),
  );
  /** Whether all rows that are held are selected, and more are stored. */
  unheld = $derived(this.more && this.rows.length > 0 && this.selected.size === this.rows.length);
  /** Whether more can be read in to be selected. */
  roomy = $derived(this.rows.length < SELECTED_MOST);
  selectedWord = $derived(
    t(this.unheld ? (this.roomy ? 'selected-more' : 'selected-most') : 'selected', {
      n: this.selected.size,
    }),
  );
  /** Whether rows of several accounts are shown, so that each bears its account's name. */
  mixed = $derived(this.several && this.filter.account === null);

  #rev = 0;
  #newest = 0;
  #turn = 0;
  /** How often rows were deleted. */
  #deletions = 0;
  #pulling = false;
  #pulled = -PULL_EVERY;
  #owed = 0;
  #paging: Promise<boolean> | null = null;
  #unsaid: Row[] = [];
  #saying: ReturnType<typeof setTimeout> | undefined;
  #finding: ReturnType<typeof setTimeout> | undefined;
  /** Where a selection of a range begins. */
  #anchor: number | null = null;

  /** Begins, for as long as the window is there. Resolves with the first page. */
  start(): Promise<void> {
    listen((notice) => this.#hear(notice));
    void this.refresh();
    const named = /^#row-([0-9]+)$/.exec(location.hash)?.[1];
    return this.load().then(() => (named === undefined ? undefined : this.goTo(Number(named))));
  }

  /** Reads the first page anew. */
  async load(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const reply = await this.read(this.filter, null, PAGE);
      if (turn !== this.#turn) return;
      this.rows = reply.rows;
      this.waiting = [];
      this.more = reply.more;
      this.#rev = reply.rev;
      this.#newest = Math.max(this.#newest, reply.rows[0]?.seq ?? 0);
      if (this.phase !== 'ready') this.#askFolders();
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

  /** Reads a page, and again where rows were deleted meanwhile: it may still bear them. */
  async read(filter: Filter, before: number | null, limit = REREAD): Promise<Page> {
    for (;;) {
      const deletions = this.#deletions;
      const page = await call<'feed'>({ do: 'feed', filter, before, limit });
      if (deletions === this.#deletions) return page;
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
    const { account } = this.filter;
    if (account !== null && this.status && !this.labels.has(account)) this.choose({ account: null });
  }

  /** Reads the next older page, one at a time; tells whether it came. */
  loadMore(limit = PAGE): Promise<boolean> {
    if (!this.more) return Promise.resolve(false);
    return (this.#paging ??= this.#nextPage(limit).finally(() => (this.#paging = null)));
  }

  async #nextPage(limit: number): Promise<boolean> {
    const turn = this.#turn;
    try {
      const before = this.rows.at(-1)?.seq ?? null;
      const reply = await this.read(this.filter, before, limit);
      if (turn !== this.#turn) return false;
      this.rows = join(this.rows, reply.rows);
      this.more = reply.more;
      return true;
    } catch (error) {
      this.bar.complain(error);
      return false;
    }
  }

  /** Begins anew where nothing is left of what was held, but more is stored. */
  refill(): void {
    if (this.rows.length === 0 && this.more) void this.load();
  }

  /** Chooses which rows are shown. A folder is one of the account it was chosen in. */
  choose(change: Partial<Filter>): void {
    const { account } = this.filter;
    const elsewhere = change.account !== undefined && change.account !== account;
    this.filter = { ...this.filter, ...(elsewhere && { mailbox: null }), ...change };
    this.selectNone();
    if (elsewhere) this.#askFolders();
    clearTimeout(this.#finding);
    void this.load().then(() => this.#sayFound());
  }

  #askFolders(): void {
    void this.folders.ask(this.filter.account);
  }

  /** Lets the waiting rows in. */
  reveal(): void {
    if (this.waiting.length === 0) return;
    this.#show(join(this.waiting, this.rows));
    this.waiting = [];
  }

  row(seq: number | null): Row | undefined {
    return this.rows.find((row) => row.seq === seq);
  }

  /** The stop that is `by` below the one with the keyboard. */
  step(by: 1 | -1): number | null {
    const at = this.cursor === null ? -1 : this.stops.indexOf(this.cursor);
    if (at < 0) return this.stops[0] ?? null;
    if (at + by >= this.stops.length) void this.loadMore();
    return this.stops[Math.min(Math.max(at + by, 0), this.stops.length - 1)] ?? null;
  }

  /** What an action at a row touches: all that are selected, else the row, or its folded group. */
  targets(seq: number | null): Row[] {
    if (this.selected.size > 0) return this.rows.filter((row) => this.selected.has(row.seq));
    const group = this.#groupOf(seq);
    if (group && this.#isFolded(group)) return group.rows;
    const row = this.row(seq);
    return row ? [row] : [];
  }

  isChosen(seq: number): boolean {
    return this.selected.size > 0 ? this.selected.has(seq) : this.cursor === seq;
  }

  /** Selects one row more or less, or all from where the selection began. */
  select(seq: number, how: 'toggle' | 'range'): void {
    const chosen = new Set(this.selected);
    const group = this.#groupOf(seq);
    const at = group && this.#isFolded(group) ? group.rows.map((row) => row.seq) : [seq];
    if (how === 'range') {
      const [a, b] = [this.#anchor ?? this.stops[0] ?? seq, seq].sort((x, y) => x - y) as [number, number];
      for (const row of this.rows) if (row.seq >= a && row.seq <= b) chosen.add(row.seq);
    } else {
      const on = !at.every((one) => chosen.has(one));
      for (const one of at)
        if (on) chosen.add(one);
        else chosen.delete(one);
      this.#anchor = seq;
    }
    this.#anchor ??= seq;
    this.#select(chosen);
  }

  /** Selects every row that is held. */
  selectAll(): void {
    this.#select(new Set(this.rows.map((row) => row.seq)));
  }

  /** Reads in what else there is to select, up to a bound, and selects all. */
  async selectUnheld(): Promise<void> {
    const room = () => Math.min(REREAD, SELECTED_MOST - this.rows.length);
    while (this.roomy && (await this.loadMore(room())) && this.selected.size > 0);
    if (this.selected.size > 0) this.selectAll();
  }

  /** Whether there was a selection to give up. */
  selectNone(): boolean {
    const had = this.selected.size > 0;
    this.#anchor = this.cursor;
    if (had) this.selected = new Set();
    return had;
  }

  /** Unfolds or folds an away group. */
  unfold(key: string, open: boolean): void {
    const opened = new Set(this.opened);
    if (open) opened.add(key);
    else opened.delete(key);
    this.opened = opened;
  }

  /** Unfolds or folds the group that the keyboard is in; the row it then stops at, if there is a group. */
  unfoldHere(open: boolean): number | null {
    const group = this.#groupOf(this.cursor);
    if (!group || this.#isFolded(group) !== open) return null;
    this.unfold(group.key, open);
    return group.rows[0]?.seq ?? null;
  }

  /** Brings a row to where it can be seen: unfiltered, read in, and out of its group. */
  async goTo(seq: number): Promise<void> {
    this.reveal();
    if (!this.row(seq)) {
      this.filter = everything;
      await this.load();
      while (!this.row(seq) && this.rows.length < SOUGHT && (await this.loadMore()));
    }
    const group = this.#groupOf(seq);
    if (group) this.unfold(group.key, true);
    if (this.row(seq)) this.asked = seq;
    else this.bar.tell(t('bar-row-away'));
  }

  #groupOf(seq: number | null): Part | undefined {
    if (seq === null) return undefined;
    return this.days
      .flatMap(({ parts }) => parts)
      .find((part) => part.away && part.rows.some((row) => row.seq === seq));
  }

  #isFolded(part: Part): boolean {
    return part.away && !this.opened.has(part.key);
  }

  #select(chosen: ReadonlySet<number>): void {
    this.selected = chosen;
    this.said = this.selectedWord;
  }

  /** Takes rows out, and leads the keyboard to what comes next. */
  takeOut(leaving: ReadonlySet<number>): void {
    if (leaving.size === 0) return;
    const stays = (row: Row) => !leaving.has(row.seq);
    const at = this.stops.findIndex((seq) => seq === this.cursor);
    const below = this.stops.slice(Math.max(at, 0)).find((seq) => !leaving.has(seq));
    const above = this.stops.slice(0, Math.max(at, 0)).findLast((seq) => !leaving.has(seq));
    const went = this.cursor !== null && leaving.has(this.cursor);
    this.rows = this.rows.filter(stays);
    this.waiting = this.waiting.filter(stays);
    if (this.selected.size > 0)
      this.selected = new Set([...this.selected].filter((seq) => !leaving.has(seq)));
    if (!went) return;
    this.cursor = below ?? above ?? null;
    this.asked = this.cursor;
  }

  /** Shows rows as unread or read. */
  paint(seqs: ReadonlySet<number>, unread: boolean): void {
    const paint = (row: Row) => (seqs.has(row.seq) ? { ...row, unread } : row);
    this.rows = this.rows.map(paint);
    this.waiting = this.waiting.map(paint);
  }

  #hear(notice: Notice): void {
    if (notice.on === 'changed') {
      this.#owed = Math.max(this.#owed, notice.rev);
      if (this.phase === 'ready') void this.#pull();
    } else if (notice.on === 'status') {
      void this.refresh();
    } else if (notice.on === 'accounts') {
      void this.refresh();
      // Mails may be opened in another way now.
      if (this.phase === 'ready') void this.#reread();
    } else if (notice.on === 'removed') {
      this.#deletions += 1;
      this.#askFolders();
      if (this.phase === 'ready') void this.#reread();
    } else if (notice.on === 'open' && notice.seq !== null) {
      void this.goTo(notice.seq);
    }
  }

  /** Fetches what changed since the last revision known, one caller at a time. */
  async #pull(): Promise<void> {
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      for (let more = true; more || this.#owed > this.#rev;) {
        await this.#breathe();
        const turn = this.#turn;
        const deletions = this.#deletions;
        const reply = await call<'changes'>({ do: 'changes', since: this.#rev });
        if (turn !== this.#turn || deletions !== this.#deletions) continue;
        this.#take(reply.rows);
        const stuck = reply.rev <= this.#rev && !reply.more;
        this.#rev = Math.max(this.#rev, reply.rev);
        more = reply.more;
        if (stuck) break;
      }
    } catch (error) {
      this.bar.complain(error);
    } finally {
      this.#pulling = false;
    }
    await this.refresh();
  }

  /** Reads the held rows anew, and drops those that were deleted: that aren't found any more. */
  async #reread(): Promise<void> {
    const turn = this.#turn;
    const held = [...this.waiting, ...this.rows];
    const oldest = held.at(-1)?.seq ?? 0;
    // What was read since stands where it is.
    const filter = { ...this.filter, unread: false };
    const there = new Map<number, Row>();
    try {
      let before: number | null = null;
      do {
        const reply: Page = await this.read(filter, before);
        if (turn !== this.#turn) return;
        for (const row of reply.rows) there.set(row.seq, row);
        before = reply.more ? (reply.rows.at(-1)?.seq ?? null) : null;
      } while (before !== null && before > oldest);
    } catch (error) {
      this.bar.complain(error);
      return;
    }
    this.takeOut(new Set(held.flatMap((row) => (there.has(row.seq) ? [] : row.seq))));
    this.refill();
    const anew = (row: Row) => ({ ...row, opens: (there.get(row.seq) ?? row).opens });
    this.rows = this.rows.map(anew);
    this.waiting = this.waiting.map(anew);
  }

  /** Lets frames through between two pulls; the first after a while goes at once. */
  async #breathe(): Promise<void> {
    const wait = this.#pulled + PULL_EVERY - performance.now();
    if (wait > 0) await new Promise((go) => setTimeout(go, wait));
    this.#pulled = performance.now();
  }

  #take(changed: readonly Row[]): void {
    this.folders.meet(changed);
    const waits = new Set(this.waiting.map((row) => row.seq));
    this.waiting = join(
      this.waiting,
      changed.filter((row) => waits.has(row.seq)),
    );
    const rest = changed.filter((row) => !waits.has(row.seq));
    const { rows, fresh } = merge(this.rows, rest, this.filter, this.#newest, this.more);
    this.#newest = Math.max(this.#newest, fresh[0]?.seq ?? 0);
    if (this.holding) {
      this.rows = rows;
      this.waiting = join(fresh, this.waiting);
    } else this.#show(fresh.length > 0 ? join(fresh, rows) : rows);
    this.#announce(fresh.filter((row) => row.unread));
  }

  /** Shows rows from the top, no more than a page: the rest is read again when it is scrolled to. */
  #show(rows: Row[]): void {
    this.more ||= rows.length > PAGE;
    this.rows = rows.slice(0, PAGE);
  }

  /** Says how many rows a search or filter found. */
  #sayFound(): void {
    const { text, mailbox, unread } = this.filter;
    if (this.phase !== 'ready' || (text === null && mailbox === null && !unread)) return;
    clearTimeout(this.#finding);
    this.#finding = setTimeout(() => {
      const n = this.rows.length;
      this.said = this.more ? t('said-found-more', { n }) : t('said-found', { n });
    }, FOUND_AFTER);
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
}

/** A head of a day among the lines. */
export function dayLine(day: number): string {
  return `day ${day}`;
}
