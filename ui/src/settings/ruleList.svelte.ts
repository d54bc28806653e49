/** The rules, as the settings window shows and changes them. */
import { call } from '$ipc';
import type { ApiError, Rule, RuleEntry } from '../generated/wire';
import { t } from '../i18n.svelte';
import type { Bar } from '../logic/bar.svelte';

export class RuleList {
  entries = $state.raw<RuleEntry[] | null>(null);
  fault = $state.raw<ApiError | null>(null);
  readonly #bar: Bar;
  /** Names the state of the list that places are of: what was begun on one isn't done to another. */
  edition = '';
  #busy = false;

  constructor(bar: Bar) {
    this.#bar = bar;
  }

  async load(): Promise<void> {
    try {
      const { rules, edition } = await call<'rules'>({ do: 'rules' });
      this.entries = rules;
      this.edition = edition;
      this.fault = null;
    } catch (error) {
      this.fault = error as ApiError;
    }
  }

  /** What a rule is called. */
  name({ at, rule }: RuleEntry): string {
    return rule.name ?? t('rule-number', { n: at + 1 });
  }

  /** Whether it was added. */
  async add(rule: Rule): Promise<boolean> {
    const at = this.count;
    if (!(await this.#save(null, rule))) return false;
    this.#offer(t('rule-added'), (edition) => this.#remove(at, edition));
    return true;
  }

  /** Whether it was changed. What was broken can't be had back. */
  async change({ at, rule: before, fault }: RuleEntry, rule: Rule, edition = this.edition): Promise<boolean> {
    this.entries = (this.entries ?? []).map((entry) => (entry.at === at ? { ...entry, rule } : entry));
    if (!(await this.#save(at, rule, edition))) return false;
    if (fault === null) this.#offer(t('rule-changed'), (then) => this.#save(at, before, then));
    else this.#bar.tell(t('rule-changed'));
    return true;
  }

  async remove({ at, rule, fault }: RuleEntry, edition = this.edition): Promise<void> {
    if (!(await this.#remove(at, edition))) return;
    if (fault !== null) this.#bar.tell(t('rule-removed'));
    else this.#offer(t('rule-removed'), (then) => this.#putBack(at, rule, then));
  }

  /** Whether it was moved. */
  async move(from: number, to: number, edition = this.edition): Promise<boolean> {
    if (to < 0 || to >= this.count || from === to || !(await this.#move(from, to, edition))) return false;
    this.#offer(t('moved', { n: to + 1 }), (then) => this.#move(to, from, then));
    return true;
  }

  get count(): number {
    return this.entries?.length ?? 0;
  }

  /** Offers the way back, as long as nothing else has changed the list. */
  #offer(text: string, back: (edition: string) => Promise<unknown>): void {
    const { edition } = this;
    this.#bar.offer(text, () => void back(edition));
  }

  async #putBack(at: number, rule: Rule, edition: string): Promise<void> {
    const end = this.count;
    if ((await this.#save(null, rule, edition)) && at < end) await this.#move(end, at);
  }

  #save(at: number | null, rule: Rule, edition = this.edition): Promise<boolean> {
    return this.#act(() => call<'save_rule'>({ do: 'save_rule', at, rule, edition }));
  }

  #remove(at: number, edition = this.edition): Promise<boolean> {
    return this.#act(() => call<'remove_rule'>({ do: 'remove_rule', at, edition }));
  }

  #move(from: number, to: number, edition = this.edition): Promise<boolean> {
    return this.#act(() => call<'move_rule'>({ do: 'move_rule', from, to, edition }));
  }

  /** One change at a time: places are of the list as it was read last. It is read anew, also when it was refused. */
  async #act(change: () => Promise<unknown>): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    let done = true;
    try {
      await change();
    } catch (error) {
      this.#bar.complain(error);
      done = false;
    }
    await this.load();
    this.#busy = false;
    return done;
  }
}
