/** How notifications are made, as the settings window shows and changes it. */
import { call } from '$ipc';
import type { ApiError, NotificationSettings } from '../generated/wire';
import { t } from '../i18n.svelte';
import type { Bar } from '../logic/bar.svelte';

type Change = Partial<NotificationSettings>;

export class NotificationForm {
  /** As the engine has them, with every change that is on its way. */
  held = $state.raw<NotificationSettings | null>(null);
  fault = $state.raw<ApiError | null>(null);
  readonly #bar: Bar;
  #known: NotificationSettings | null = null;
  #changes: Change[] = [];
  /** Changes are saved one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(bar: Bar) {
    this.#bar = bar;
  }

  async load(): Promise<void> {
    try {
      this.#known = (await call<'notification_settings'>({ do: 'notification_settings' })).settings;
      this.fault = null;
      this.#show();
    } catch (error) {
      this.fault = error as ApiError;
    }
  }

  /** Applies a change at once, and offers the way back. What couldn't be saved is as it was, and is told. */
  async change(what: Change): Promise<void> {
    if (this.held === null) return;
    const keys = Object.keys(what) as (keyof NotificationSettings)[];
    const before: Change = Object.fromEntries(keys.map((key) => [key, this.held?.[key]]));
    if (await this.#save(what)) this.#bar.offer(t('preference-changed'), () => void this.#save(before));
  }

  #save(what: Change): Promise<boolean> {
    this.#changes = [...this.#changes, what];
    this.#show();
    const saved = this.#turn.then(() => this.#send(what));
    this.#turn = saved;
    return saved;
  }

  async #send(what: Change): Promise<boolean> {
    try {
      if (this.#known === null) return false;
      const settings = { ...this.#known, ...what };
      await call<'save_notification_settings'>({ do: 'save_notification_settings', settings });
      this.#known = settings;
      return true;
    } catch (error) {
      this.#bar.complain(error);
      return false;
    } finally {
      this.#changes = this.#changes.filter((other) => other !== what);
      this.#show();
    }
  }

  #show(): void {
    if (this.#known) this.held = Object.assign({}, this.#known, ...this.#changes) as NotificationSettings;
  }
}
