/** A scripted engine in the page: enough of the real one's manners for the windows to be used and tested. */
import type {
  Account,
  ApiError,
  Arg,
  Check,
  Command,
  Discovery,
  GeneralSettings,
  Later,
  NotificationSettings,
  Notice,
  Reply,
  Row,
  Rule,
  RuleEntry,
  Said,
  StartAtLogin,
  Status,
  TestStep,
} from '../generated/wire';
import type { MessageId } from '../generated/messages';
import { PASSABLE } from '../logic/connection';
import { belongs, isTold } from '../logic/rows';
import { blankRule, isIdle } from '../logic/rules';

export interface Script {
  rows: Row[];
  accounts: Account[];
  status: Status;
  hours: number[];
  notifications?: NotificationSettings;
  rules?: RuleEntry[];
  /** What is found when it is looked after. */
  checks?: Check[];
  /** The end of the log. */
  log?: string;
  /** The steps that a test of an account goes through. */
  test: (account: Account) => TestStep[];
  /** Commands that are never answered. */
  silent?: Command['do'][];
  /** Commands that are refused. */
  refused?: Partial<Record<Command['do'], ApiError>>;
}

/** Where the general settings are kept, for every page of the twin. */
const GENERAL = 'mailwren.twin.general';

export class Engine {
  readonly ears = new Set<(notice: Notice) => void>();
  /** Every command and app call, for tests to look at. */
  readonly asked: unknown[] = [];
  /** What the desktop does at login. */
  start: StartAtLogin | null = { on: false, hidden: true };
  #script: Script;
  #rev: number;
  #counted = true;
  /** Rows that were unread when their messages were moved. */
  #unreadBefore = new Set<number>();

  constructor(script: Script) {
    this.#script = script;
    this.#rev = Math.max(0, ...script.rows.map((row) => row.rev));
    // One engine serves both windows.
    globalThis.addEventListener?.(
      'storage',
      (event) => event.key === GENERAL && this.tell({ on: 'settings' }),
    );
  }

  get script(): Script {
    return this.#script;
  }

  async answer(command: Command): Promise<Reply> {
    this.asked.push(command);
    if (this.#script.silent?.includes(command.do)) return new Promise(() => undefined);
    const refusal = this.#script.refused?.[command.do];
    if (refusal) throw refusal;
    return withWays(await this.#answer(command));
  }

  tell(notice: Notice): void {
    for (const hear of [...this.ears]) hear(structuredClone(notice));
  }

  /** Mails arrive, oldest first. */
  arrive(...mails: Partial<Row>[]): void {
    for (const mail of mails) {
      const seq = (this.#script.rows[0]?.seq ?? 0) + 1;
      this.#script.rows.unshift({ ...blankRow(), ...mail, seq, rev: ++this.#rev });
    }
    this.#counted = false;
    this.tell({ on: 'changed', rev: this.#rev });
  }

  /** Rows change, as by another device. */
  change(seqs: readonly number[], change: Partial<Row>): number {
    let touched = 0;
    this.#script.rows = this.#script.rows.map((row) => {
      if (!seqs.includes(row.seq)) return row;
      touched += 1;
      return { ...row, ...change, rev: ++this.#rev };
    });
    this.#counted = false;
    if (touched > 0) this.tell({ on: 'changed', rev: this.#rev });
    return touched;
  }

  /** Rows are deleted for good, of which no revision tells. */
  remove(seqs: readonly number[]): void {
    this.#script.rows = this.#script.rows.filter((row) => !seqs.includes(row.seq));
    this.#counted = false;
    this.tell({ on: 'removed' });
    this.tell({ on: 'status' });
  }

  /** A bridge reaches the mailboxes of all rows, or none any more. */
  reach(acts: boolean): void {
    const nodes = (jid: string) => {
      const of = this.#script.rows.filter((row) => row.account === jid);
      const names = new Set(of.map((row) => JSON.stringify([row.service, row.node])));
      return [...names].map((name) => {
        const [service, node] = JSON.parse(name) as [string, string];
        return { service, node, state: 'subscribed' as const, trouble: null, acts };
      });
    };
    this.setStatus({
      accounts: this.#script.status.accounts.map((a) => ({ ...a, nodes: nodes(a.jid) })),
    });
  }

  setStatus(change: Partial<Status>): void {
    this.#script.status = { ...this.#script.status, ...change };
    this.tell({ on: 'status' });
  }

  #answer(command: Command): Reply | Promise<Reply> {
    const s = this.#script;
    switch (command.do) {
      case 'feed': {
        const before = command.before ?? Infinity;
        const limit = Math.min(command.limit, 500);
        const found: Row[] = [];
        for (const row of s.rows) {
          if (row.seq < before && belongs(row, command.filter)) found.push(row);
          if (found.length > limit) break;
        }
        return { re: 'feed', rows: found.slice(0, limit), more: found.length > limit, rev: this.#rev };
      }
      case 'changes': {
        const found = s.rows.filter((row) => row.rev > command.since).sort((a, b) => a.rev - b.rev);
        const rows = found.slice(0, 500);
        return { re: 'changes', rows, more: found.length > 500, rev: rows.at(-1)?.rev ?? command.since };
      }
      case 'status':
        if (!this.#counted) this.#count();
        return { re: 'status', status: s.status };
      case 'arrivals':
        return { re: 'arrivals', hours: s.hours };
      case 'mailboxes': {
        const { account } = command;
        const own = s.rows.filter((row) => (account ?? row.account) === row.account);
        const names = new Set(own.flatMap((row) => row.mailbox ?? []));
        return { re: 'mailboxes', mailboxes: [...names].sort().slice(0, 200) };
      }
      case 'mark':
        return { re: 'done', count: this.change(command.seqs, { unread: !command.read }) };
      case 'mark_all_read': {
        const seqs = s.rows.filter((row) => row.unread && belongs(row, command.filter)).map((row) => row.seq);
        return { re: 'done', count: this.change(seqs, { unread: false }) };
      }
      case 'act': {
        const { seqs, act } = command;
        if (seqs.length > 500)
          throw {
            code: 'invalid',
            message: said('api-most-mails', { most: 500 }),
            hint: null,
          } satisfies ApiError;
        const gone_at = new Date().toISOString();
        for (const row of s.rows) if (row.unread && seqs.includes(row.seq)) this.#unreadBefore.add(row.seq);
        const count = this.change(seqs, { gone_at, acted: act, unread: false });
        return { re: 'acted', count, trouble: null };
      }
      case 'undo_act': {
        const [unread, read] = [true, false].map((was) =>
          command.seqs.filter((seq) => this.#unreadBefore.has(seq) === was),
        ) as [number[], number[]];
        const back = { gone_at: null, acted: null };
        const count = this.change(unread, { ...back, unread: true }) + this.change(read, back);
        return { re: 'acted', count, trouble: null };
      }
      case 'pause':
        this.setStatus({ pause: { until: command.until } });
        return { re: 'done', count: 1 };
      case 'resume':
        this.setStatus({ pause: null });
        return { re: 'done', count: 1 };
      case 'snooze': {
        const until = command.later === null ? null : whenLater(command.later);
        return { re: 'done', count: this.change(command.seqs, { snoozed_until: until }) };
      }
      case 'mute': {
        const rule = this.#muteOf(command.seq);
        if (rule) this.#setRules([{ ...rule, until: command.until }, ...this.#rules()]);
        return { re: 'done', count: rule ? 1 : 0 };
      }
      case 'unmute': {
        const rule = this.#muteOf(command.seq);
        const before = this.#rules();
        const after = before.filter((r) => r.name !== rule?.name || r.sender[0] !== rule.sender[0]);
        this.#setRules(after);
        return { re: 'done', count: before.length - after.length };
      }
      case 'general_settings':
        return { re: 'general_settings', settings: general() };
      case 'save_general_settings':
        localStorage.setItem(GENERAL, JSON.stringify(command.settings));
        this.tell({ on: 'settings' });
        return { re: 'done', count: 1 };
      case 'import_settings': {
        if (command.text.includes('plaid')) {
          const message = `${command.name}:1:9: unknown variant \`plaid\`, expected one of \`system\`, \`light\`, \`dark\``;
          throw { code: 'invalid', message, hint: null } satisfies ApiError;
        }
        this.tell({ on: 'settings' });
        return {
          re: 'import_settings',
          backup: '/home/lena/.config/mailwren/config.toml.before-20261124T093100',
        };
      }
      case 'restore_settings':
        this.tell({ on: 'settings' });
        return { re: 'done', count: 1 };
      case 'send_sample': {
        const { hush, pause } = s.status;
        return { re: 'send_sample', withheld: hush ?? (pause && { cause: 'paused', ...pause }) };
      }
      case 'notification_settings':
        return { re: 'notification_settings', settings: s.notifications ?? usualNotifications() };
      case 'save_notification_settings':
        s.notifications = command.settings;
        this.tell({ on: 'settings' });
        return { re: 'done', count: 1 };
      case 'rules':
        return { re: 'rules', rules: s.rules ?? [], edition: this.#edition() };
      case 'try_rule': {
        const fault = faultOf(command.rule);
        const tried = s.rows.slice(0, 500);
        const seqs = fault ? [] : tried.filter((row) => isMatch(row, command.rule)).map((row) => row.seq);
        return { re: 'try_rule', fault, seqs, of: tried.length };
      }
      case 'save_rule': {
        this.#atEdition(command.edition);
        const fault = faultOf(command.rule);
        if (fault) throw { code: 'invalid', message: fault, hint: null } satisfies ApiError;
        const rules = this.#rules();
        rules.splice(command.at ?? rules.length, 1, command.rule);
        this.#setRules(rules);
        return { re: 'done', count: 1 };
      }
      case 'remove_rule': {
        this.#atEdition(command.edition);
        this.#setRules(this.#rules().filter((_, at) => at !== command.at));
        return { re: 'done', count: 1 };
      }
      case 'move_rule': {
        this.#atEdition(command.edition);
        const rules = this.#rules();
        rules.splice(command.to, 0, ...rules.splice(command.from, 1));
        this.#setRules(rules);
        return { re: 'done', count: 1 };
      }
      case 'dismiss_problem': {
        if (!PASSABLE.includes(command.code)) {
          const message = said('api-problem-stays');
          throw { code: 'invalid', message, hint: null } satisfies ApiError;
        }
        const problems = s.status.problems.filter((problem) => problem.code !== command.code);
        this.setStatus({ problems });
        return { re: 'done', count: 1 };
      }
      case 'retry':
        this.#link(command.jid, { link: 'connecting', trouble: null, next_try: null });
        return { re: 'done', count: 1 };
      case 'accounts':
        return { re: 'accounts', accounts: s.accounts };
      case 'save_account': {
        const { account } = command;
        const known = s.accounts.some((a) => a.jid === account.jid);
        s.accounts = known
          ? s.accounts.map((a) => (a.jid === account.jid ? account : a))
          : [...s.accounts, account];
        const now = new Date().toISOString();
        if (!known) s.status = { ...s.status, accounts: [...s.status.accounts, blankStatus(account)] };
        const { label, nodes } = blankStatus(account);
        const up = { link: 'connected', proven_at: now, label, nodes } as const;
        this.#link(account.jid, account.enabled ? up : { link: 'disabled' });
        this.tell({ on: 'accounts' });
        return { re: 'done', count: 1 };
      }
      case 'remove_account':
        s.accounts = s.accounts.filter((a) => a.jid !== command.jid);
        this.setStatus({ accounts: s.status.accounts.filter((a) => a.jid !== command.jid) });
        this.tell({ on: 'accounts' });
        return { re: 'done', count: 1 };
      case 'move_account': {
        const { jid, before } = command;
        const moved = <T extends { jid: string }>(all: T[]): T[] => {
          const rest = all.filter((one) => one.jid !== jid);
          const at = before === null ? rest.length : rest.findIndex((one) => one.jid === before);
          return rest.toSpliced(at, 0, ...all.filter((one) => one.jid === jid));
        };
        s.accounts = moved(s.accounts);
        this.setStatus({ accounts: moved(s.status.accounts) });
        this.tell({ on: 'accounts' });
        return { re: 'done', count: 1 };
      }
      case 'log':
        return { re: 'log', text: s.log ?? '' };
      case 'test_account':
        return this.#test(command.account, command.run);
      case 'row':
        return { re: 'row', row: s.rows.find((row) => row.seq === command.seq) ?? null };
      case 'subscriptions':
        return { re: 'subscriptions', subscriptions: [] };
      case 'examine':
      case 'export_settings':
      case 'subscribe':
      case 'unsubscribe':
      case 'show_feed':
      case 'hand_over':
        throw { code: 'forbidden', message: said('api-forbidden'), hint: null } satisfies ApiError;
    }
  }

  #rules(): Rule[] {
    return (this.#script.rules ?? []).map((entry) => entry.rule);
  }

  #setRules(rules: Rule[]): void {
    this.#script.rules = rules.map(entryOf);
    this.tell({ on: 'settings' });
  }

  #edition(): string {
    return JSON.stringify(this.#script.rules ?? []);
  }

  #atEdition(edition: string): void {
    if (edition === this.#edition()) return;
    const message = said('config-stale');
    throw { code: 'invalid', message, hint: null } satisfies ApiError;
  }

  #muteOf(seq: number): Rule | null {
    const from = this.#script.rows.find((row) => row.seq === seq)?.from;
    const who = from?.address ?? from?.name;
    if (!who) return null;
    return { ...blankRule(), name: `Muted: ${from?.name ?? who}`, sender: [who], then: 'silent' };
  }

  /** Each step is told twice, as it begins and ends, a moment apart. */
  async #test(account: Account, run: number): Promise<Reply> {
    let passed = true;
    for (const step of this.#script.test(account)) {
      const begun: TestStep = {
        ...step,
        state: 'running',
        detail: '',
        hint: null,
        nodes: [],
        fingerprint: null,
        changed: false,
      };
      this.tell({ on: 'test', run, step: begun });
      await new Promise((go) => setTimeout(go, 40));
      if (step.state === 'running') return new Promise(() => undefined);
      this.tell({ on: 'test', run, step });
      passed &&= step.state !== 'failed';
    }
    return { re: 'test_account', passed, found: nothingFound };
  }

  #link(jid: string, change: Partial<Status['accounts'][number]>): void {
    const accounts = this.#script.status.accounts.map((a) => (a.jid === jid ? { ...a, ...change } : a));
    this.setStatus({ accounts });
  }

  #count(): void {
    const unread = this.#script.rows.filter((row) => row.unread);
    const accounts = this.#script.status.accounts.map((a) => ({
      ...a,
      unread: unread.filter((row) => row.account === a.jid).length,
    }));
    this.#script.status = { ...this.#script.status, unread: unread.length, accounts };
    this.#counted = true;
  }
}

const nothingFound: Discovery = {
  endpoints: [],
  connected: null,
  tls: null,
  mechanisms: [],
  channel_bindings: [],
  mechanism: null,
  pep: null,
  services: [],
  nodes: [],
};

/** What opening rows opens, as the engine tells: here by their links alone, unless a script says otherwise. */
function withWays(reply: Reply): Reply {
  if (reply.re !== 'feed' && reply.re !== 'changes') return reply;
  const rows = reply.rows.map((row) => ({ ...row, opens: row.opens ?? (row.link === null ? null : 'link') }));
  return { ...reply, rows } as Reply;
}

function general(): GeneralSettings {
  const usual: GeneralSettings = {
    language: 'system',
    theme: 'system',
    rows: 'full',
    letters: true,
    keep_days: 30,
  };
  return { ...usual, ...(JSON.parse(localStorage.getItem(GENERAL) ?? '{}') as Partial<GeneralSettings>) };
}

export function usualNotifications(): NotificationSettings {
  return {
    privacy: 'full',
    privacy_locked: 'count',
    sound: true,
    group_above: 5,
    group_within_seconds: 10,
    respect_do_not_disturb: true,
    quiet: [],
  };
}

export function entryOf(rule: Rule, at: number): RuleEntry {
  return { at, line: 10 + 8 * at, rule, fault: faultOf(rule) };
}

function isMatch(row: Row, rule: Rule): boolean {
  const any = (list: string[], texts: (string | null | undefined)[]) =>
    list.length === 0 || list.some((one) => texts.some((text) => text && patternOf(one).test(text)));
  return (
    isTold(row) &&
    any(rule.account, [row.account]) &&
    any(rule.folder, [row.mailbox ?? row.node]) &&
    any(rule.sender, [row.from?.address, row.from?.name]) &&
    any(rule.subject, [row.subject])
  );
}

/** A glob over the whole text, or a regular expression between slashes. */
function patternOf(pattern: string): RegExp {
  const inner = /^\/(.+)\/$/s.exec(pattern)?.[1];
  if (inner !== undefined) return new RegExp(inner, 'iu');
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'isu');
}

/** A message of the catalogue, as the engine names it. */
export function said(id: MessageId, args: Record<string, Arg> = {}): Said {
  return { id, args };
}

function faultOf(rule: Rule): Said | null {
  if (isIdle(rule)) return said('config-rule-idle');
  for (const key of ['account', 'folder', 'sender', 'subject'] as const) {
    try {
      rule[key].forEach(patternOf);
    } catch {
      return said('config-rule-pattern', { key, why: 'unclosed group' });
    }
  }
  return null;
}

function whenLater(later: Later): string {
  if (typeof later === 'object') return later.at;
  const hours = { hour: 1, evening: 6, tomorrow: 20, monday: 72 }[later];
  return new Date(Date.now() + hours * 3_600_000).toISOString();
}

export function blankRow(): Omit<Row, 'seq' | 'rev'> {
  return {
    account: 'lena@home.example',
    received_at: new Date().toISOString(),
    delayed: false,
    unread: true,
    gone_at: null,
    replaced: false,
    snoozed_until: null,
    acted: null,
    reason: null,
    opens: null,
    service: 'pubsub.home.example',
    node: 'mail/lena/INBOX',
    item: null,
    kind: 'new',
    dialect: 'mailwren',
    user: null,
    mailbox: 'INBOX',
    token: null,
    subid: null,
    sent_at: null,
    from: null,
    subject: null,
    snippet: null,
    message_id: null,
    unseen: null,
    uid: null,
    uidvalidity: null,
    link: null,
  };
}

export function blankStatus(account: Account): Status['accounts'][number] {
  const { imap } = account;
  const nodes = [
    ...account.subscriptions.map((s) => ({ ...s, acts: false })),
    ...(imap?.folders ?? ['INBOX']).flatMap((node) => (imap ? { service: imap.host, node, acts: true } : [])),
  ];
  return {
    jid: account.jid,
    label: account.name ?? account.jid,
    xmpp: account.xmpp,
    link: 'connecting',
    since: null,
    trouble: null,
    next_try: null,
    proven_at: null,
    publisher_at: null,
    unread: 0,
    nodes: nodes.map((node) => ({ ...node, state: 'subscribed', trouble: null })),
    strangers: 0,
  };
}
