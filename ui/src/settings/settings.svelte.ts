/** What the settings window knows, and what it can do. */
import { call, examine, listen } from '$ipc';
import type { Account, ApiError, Check, Notice, Status, StepName, TestStep } from '../generated/wire';
import { t } from '../i18n.svelte';
import { Bar } from '../logic/bar.svelte';
import { hushWord } from '../logic/reason';

/** Passwords that were typed: the account's, and its mailbox's. */
export interface Secrets {
  password: string | null;
  mailbox_password: string | null;
}

const stored: Secrets = { password: null, mailbox_password: null };

export class Settings {
  accounts = $state.raw<Account[] | null>(null);
  status = $state.raw<Status | null>(null);
  /** What could not be read or done. */
  fault = $state.raw<ApiError | null>(null);
  test = $state.raw<TestRun | null>(null);
  /** Checks of configured accounts, by JID. */
  checks = $state.raw<ReadonlyMap<string, TestRun>>(new Map());
  /** What was found of all that Mailwren needs, when it was looked after. */
  examined = $state.raw<readonly Check[]>([]);
  examining = $state(false);
  /** Why it couldn't be looked after. */
  unexamined = $state.raw<ApiError | null>(null);
  /** The end of the log, without what tells whose it is; once it was read. */
  log = $state<string | null>(null);
  /** Why it couldn't be read. */
  unread = $state.raw<ApiError | null>(null);
  /** Raised when notification settings or rules were changed, by whomever. */
  edited = $state(0);
  readonly bar = new Bar();

  #runs = Math.floor(Math.random() * 0x7fff_0000);

  start(): () => void {
    const stop = listen((notice) => this.#hear(notice));
    void this.load();
    return stop;
  }

  async load(): Promise<void> {
    await this.#ask(async () => {
      await this.#readStatus();
      await this.#readAccounts();
    });
  }

  /** Whether it was saved; if not, `fault` says why. What stood before can be put back, but for passwords. */
  async save(account: Account, secrets = stored): Promise<boolean> {
    const before = this.accounts?.find(({ jid }) => jid === account.jid);
    if (!(await this.#save(account, secrets))) return false;
    const label = account.name ?? account.jid;
    const switched = account.enabled ? t('account-on', { label }) : t('account-off', { label });
    const text = before?.enabled === account.enabled ? t('account-changed', { label }) : switched;
    if (before) this.bar.offer(text, () => void this.#save(before, stored));
    return true;
  }

  #save(account: Account, secrets: Secrets): Promise<boolean> {
    return this.#ask(async () => {
      await call<'save_account'>({ do: 'save_account', account, ...secrets });
      await this.#readAccounts();
      await this.#readStatus();
    });
  }

  remove(jid: string, forget: boolean): Promise<boolean> {
    return this.#ask(async () => {
      await call<'remove_account'>({ do: 'remove_account', jid, forget });
      await this.#readAccounts();
      await this.#readStatus();
    });
  }

  get count(): number {
    return this.accounts?.length ?? 0;
  }

  /** Which accounts there are, in order. */
  get edition(): string {
    return (this.accounts ?? []).map(({ jid }) => jid).join('\n');
  }

  /** Whether an account was moved. */
  async move(from: number, to: number, edition: string): Promise<boolean> {
    const jids = this.edition.split('\n');
    const [jid, next] = [jids[from], jids[from + 1] ?? null];
    if (jid === undefined || !(to in jids) || from === to || edition !== this.edition) return false;
    if (!(await this.#move(jid, jids[to > from ? to + 1 : to] ?? null))) return false;
    this.bar.offer(t('moved', { n: to + 1 }), () => void this.#move(jid, next));
    return true;
  }

  async #move(jid: string, before: string | null): Promise<boolean> {
    try {
      await call<'move_account'>({ do: 'move_account', jid, before });
      await this.#readAccounts();
      return true;
    } catch (error) {
      this.bar.complain(error);
      return false;
    }
  }

  retry(jid: string): Promise<boolean> {
    return this.#ask(async () => {
      await call<'retry'>({ do: 'retry', jid });
      await this.#readStatus();
    });
  }

  /** Tries an account out; {@link test} follows it. */
  async tryOut(account: Account, secrets: Secrets): Promise<void> {
    this.test = new TestRun((this.#runs += 1), account);
    await this.#run(this.test, account, secrets);
  }

  /** Checks an account as it is configured, with its stored passwords; {@link checks} follow it. */
  async check(account: Account): Promise<void> {
    const run = new TestRun((this.#runs += 1), account);
    this.checks = new Map(this.checks).set(account.jid, run);
    await this.#run(run, account, stored);
  }

  /** A person has read of a problem that may be passed over; whether it goes. */
  async dismiss(code: string): Promise<boolean> {
    try {
      await call<'dismiss_problem'>({ do: 'dismiss_problem', code });
      await this.#readStatus();
      return true;
    } catch (error) {
      this.bar.complain(error);
      return false;
    }
  }

  /** Has a real notification shown, and says why if none came. */
  async sendSample(): Promise<void> {
    try {
      const { withheld } = await call<'send_sample'>({ do: 'send_sample' });
      const why = withheld && hushWord(withheld, Date.now());
      this.bar.tell(why ? t('sample-withheld', { why }) : t('sample-sent'));
    } catch (error) {
      this.bar.complain(error);
    }
  }

  /** Looks after what Mailwren needs on this computer, and how accounts stand; {@link examined} tells. */
  async examine(): Promise<void> {
    this.examining = true;
    try {
      this.examined = await examine();
      this.unexamined = null;
    } catch (error) {
      this.unexamined = error as ApiError;
    } finally {
      this.examining = false;
    }
  }

  async readLog(): Promise<void> {
    try {
      this.log = (await call<'log'>({ do: 'log' })).text;
      this.unread = null;
    } catch (error) {
      this.log = null;
      this.unread = error as ApiError;
    }
  }

  async #run(run: TestRun, account: Account, secrets: Secrets): Promise<void> {
    try {
      const reply = await call<'test_account'>({ do: 'test_account', account, ...secrets, run: run.number });
      run.end(reply.passed ? 'passed' : 'failed', null);
    } catch (error) {
      run.end('failed', error as ApiError);
    }
  }

  async #readAccounts(): Promise<void> {
    this.accounts = (await call<'accounts'>({ do: 'accounts' })).accounts;
  }

  async #readStatus(): Promise<void> {
    this.status = (await call<'status'>({ do: 'status' })).status;
  }

  async #ask(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      this.fault = null;
      return true;
    } catch (error) {
      this.fault = error as ApiError;
      return false;
    }
  }

  #hear(notice: Notice): void {
    if (notice.on === 'test') {
      for (const run of [this.test, ...this.checks.values()]) run?.take(notice.run, notice.step);
    } else if (notice.on === 'settings') this.edited += 1;
    else if (notice.on === 'accounts') void this.#ask(() => this.#readAccounts());
    else if (notice.on === 'status') void this.#readStatus().catch(() => undefined);
  }
}

/** The steps that an account's test takes, in order. */
function stepsOf({ xmpp, imap }: Account): readonly StepName[] {
  if (!xmpp) return ['tls', 'login', 'nodes'];
  return ['dns', 'tls', 'login', 'services', 'nodes', ...(imap === null ? [] : (['mailbox'] as const))];
}

/** One run of an account test, as its notices come in. */
export class TestRun {
  readonly number: number;
  /** Whether the account has XMPP; else its steps are those of its mailbox. */
  readonly xmpp: boolean;
  steps = $state.raw<ReadonlyMap<StepName, TestStep>>(new Map());
  outcome = $state<'running' | 'passed' | 'failed'>('running');
  fault = $state.raw<ApiError | null>(null);

  readonly #order: readonly StepName[];

  constructor(number: number, account: Account) {
    this.number = number;
    this.xmpp = account.xmpp;
    this.#order = stepsOf(account);
  }

  /** Every step in order, also those not begun. */
  get lines(): { name: StepName; step: TestStep | null }[] {
    return this.#order.map((name) => ({ name, step: this.steps.get(name) ?? null }));
  }

  take(run: number, step: TestStep): void {
    if (run === this.number) this.steps = new Map(this.steps).set(step.name, step);
  }

  end(outcome: 'passed' | 'failed', fault: ApiError | null): void {
    this.outcome = outcome;
    this.fault = fault;
  }
}
