/** What the feed window knows, and what it can do. The components only show it. */
import { call, listen, openLink, type ReplyTo } from '$ipc';
import type { Act, ApiError, Filter, Later, Notice, Row, Status } from '../generated/wire';
import type { MessageId } from '../generated/messages';
import { t } from '../i18n.svelte';
import { Bar } from '../logic/bar.svelte';
import { wayTo } from '../logic/links';
import { words } from '../logic/marks';
import { reasonText } from '../logic/reason';
import { Folders } from './folders.svelte';
import { byDay, canAct, isTold, join, merge, partsOf, senderOf, type Part } from '../logic/rows';

const PAGE = 100;
/** The most rows that a reply bears. */
const REREAD = 500;
/** Marking all read can be undone for up to so many rows. */
const UNDOABLE = 5000;
const ANNOUNCE_EVERY = 5000;
/** What was found is said once nobody has typed for so many milliseconds. */
const FOUND_AFTER = 500;
/** A burst is taken in so many milliseconds at a time. */
const PULL_EVERY = 100;
/** No more rows are read in to be selected: what is done with them is done at once. */
const SELECTED_MOST = 1000;
/** Messages are moved by so many in one command at most. */
const MOVED_MOST = 500;
/** A row asked for by name is looked for among so many. */
const SOUGHT = 2000;

/** What takes a message out of its folder. */
export type Move = Exclude<Act, 'read' | 'unread'>;

type Page = ReplyTo<'feed'>;

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
      const reply = await this.#read(this.filter, null, PAGE);
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
  async #read(filter: Filter, before: number | null, limit: number): Promise<Page> {
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
      const reply = await this.#read(this.filter, before, limit);
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
  #refill(): void {
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

  async open(row: Row): Promise<void> {
    if (wayTo(row) === null) {
      this.bar.tell(t('bar-no-link'));
      return;
    }
    try {
      await openLink(row.seq);
      if (row.unread) await this.mark([row], true);
    } catch (error) {
      this.bar.complain(error);
    }
  }

  /** Marks rows read if one of them isn't, else unread. */
  toggleRead(rows: readonly Row[]): void {
    const read = rows.some((row) => row.unread);
    void this.mark(rows, read);
    this.selectNone();
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
      this.bar.complain(error);
      return;
    }
    if (!undoable) return;
    const back = rows.filter((row) => touched.has(row.seq)).map((row) => ({ ...row, unread: !read }));
    this.bar.offer(markText(rows, read), () => void this.mark(back, !read, false));
  }

  /** Those of rows whose messages can be moved. */
  movable(rows: readonly Row[]): Row[] {
    return rows.filter((row) => canAct(row, this.status));
  }

  /** Has messages moved where they lie. The rows leave at once, come back if it couldn't be done, and can be taken back. */
  async move(rows: readonly Row[], act: Move): Promise<void> {
    const moved = this.movable(rows);
    if (moved.length === 0) {
      if (rows.length > 0) this.bar.tell(t('bar-no-bridge'));
      return;
    }
    this.selectNone();
    this.#leave(moved);
    const seqs = moved.map((row) => row.seq);
    const done: Promise<boolean>[] = [];
    for (let at = 0; at < moved.length; at += MOVED_MOST)
      done.push(this.#act(moved.slice(at, at + MOVED_MOST), act));
    // Whoever takes it back before it is done waits until it is.
    this.bar.offer(t(movedText[act], { n: moved.length }), () => {
      void this.#ask(async () => {
        if (!(await Promise.all(done)).includes(true)) return;
        const { trouble } = await call<'undo_act'>({ do: 'undo_act', seqs });
        if (trouble !== null) this.bar.complain({ message: trouble, hint: null });
      });
    });
    await Promise.all(done);
    this.#refill();
  }

  /** Has messages moved that are out of the list; tells whether the engine took it on. */
  async #act(rows: readonly Row[], act: Move): Promise<boolean> {
    try {
      const { trouble } = await call<'act'>({ do: 'act', seqs: rows.map((row) => row.seq), act });
      if (trouble !== null) this.bar.complain({ message: trouble, hint: null });
      return true;
    } catch (error) {
      // What changed meanwhile is the later revision.
      if (this.filter.text === null) this.rows = join(rows, this.rows);
      this.bar.complain(error);
      return false;
    }
  }

  /** Takes rows out whose messages are moved; a search goes on finding them. */
  #leave(rows: readonly Row[]): void {
    if (this.filter.text === null) this.#takeOut(new Set(rows.map((row) => row.seq)));
  }

  /** Takes rows out, and leads the keyboard to what comes next. */
  #takeOut(leaving: ReadonlySet<number>): void {
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

  /** Asks until when a row, or what is selected, is to be put off, or a row's sender is to be muted. */
  ask(what: 'snooze' | 'mute', seq: number | null): void {
    const rows =
      what === 'snooze'
        ? this.targets(seq).filter(isTold)
        : this.targets(seq).filter((row) => senderOf(row) !== null);
    if (seq !== null && rows.length > 0) this.asking = { seq, what };
  }

  /** Puts rows off, or takes that back; each can be undone. */
  async snooze(rows: readonly Row[], later: Later | null): Promise<void> {
    const told = rows.filter(isTold);
    this.selectNone();
    try {
      await this.#putOff(told, later);
    } catch (error) {
      this.bar.complain(error);
      return;
    }
    this.bar.offer(t(later === null ? 'bar-unsnoozed' : 'bar-snoozed', { n: told.length }), () => {
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
      this.bar.offer(t('bar-muted', { who: senderOf(row) ?? '' }), () => {
        void this.#ask(() => call<'unmute'>({ do: 'unmute', seq }));
      });
    } catch (error) {
      this.bar.complain(error);
    }
  }

  /** Says what became of a row's popup, and why. */
  explain(seq: number | null): void {
    const row = this.row(seq);
    if (row) this.bar.tell(row.reason ? reasonText(row.reason, Date.now()) : t('reason-unknown'));
  }

  /** Marks what the filter chooses read: exactly the rows there are now, so that it can be undone exactly. */
  async markAllRead(): Promise<void> {
    const filter = { ...this.filter, unread: true };
    try {
      const found: Row[] = [];
      let before: number | null = null;
      for (let more = true; more && found.length < UNDOABLE;) {
        const reply: Page = await this.#read(filter, before, REREAD);
        found.push(...reply.rows);
        more = reply.more;
        before = reply.rows.at(-1)?.seq ?? null;
        if (before === null) break;
        if (more && found.length >= UNDOABLE) {
          const ask = t('bar-all-read-ask', { n: UNDOABLE });
          this.bar.suggest(ask, this.allReadWord, () => void this.#markAllForGood(filter));
          return;
        }
      }
      if (found.length === 0) this.bar.tell(t('bar-nothing-unread'));
      else await this.mark(found, true);
    } catch (error) {
      this.bar.complain(error);
    }
  }

  async #markAllForGood(filter: Filter): Promise<void> {
    try {
      const { count } = await call<'mark_all_read'>({ do: 'mark_all_read', filter });
      this.bar.tell(t('bar-marked-read', { n: count }));
    } catch (error) {
      this.bar.complain(error);
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
      await this.refresh();
    } catch (error) {
      this.bar.complain(error);
    }
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
        const reply: Page = await this.#read(filter, before, REREAD);
        if (turn !== this.#turn) return;
        for (const row of reply.rows) there.set(row.seq, row);
        before = reply.more ? (reply.rows.at(-1)?.seq ?? null) : null;
      } while (before !== null && before > oldest);
    } catch (error) {
      this.bar.complain(error);
      return;
    }
    this.#takeOut(new Set(held.flatMap((row) => (there.has(row.seq) ? [] : row.seq))));
    this.#refill();
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
