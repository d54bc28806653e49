/** Settings that are read and saved as a whole, as the settings window shows and changes them one by one. */
import { call } from '$ipc';
import type { ApiError, GeneralSettings, NotificationSettings } from '../generated/wire';
import { t } from '../i18n.svelte';
import type { Bar } from '../logic/bar.svelte';

export class SettingsForm<T extends object> {
  /** As the engine has them, with every change that is on its way. */
  held = $state.raw<T | null>(null);
  fault = $state.raw<ApiError | null>(null);
  readonly #bar: Bar;
  readonly #read: () => Promise<T>;
  readonly #write: (settings: T) => Promise<unknown>;
  #known: T | null = null;
  #changes: Partial<T>[] = [];
  /** Changes are saved one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(bar: Bar, read: () => Promise<T>, write: (settings: T) => Promise<unknown>) {
    this.#bar = bar;
    this.#read = read;
    this.#write = write;
  }

  async load(): Promise<void> {
    try {
      this.#known = await this.#read();
      this.fault = null;
      this.#show();
    } catch (error) {
      this.fault = error as ApiError;
    }
  }

  /**
   * Applies a change at once, and offers the way back by the name that its control bears. What couldn't be saved is as
   * it was, and is told.
   */
  async change(name: string, what: Partial<T>): Promise<void> {
    const before = this.#before(what);
    if (before && (await this.#save(what))) {
      this.#bar.offer(t('preference-changed', { what: name }), () => void this.#save(before));
    }
  }

  /** The same where there is no way back. */
  async changeForGood(name: string, what: Partial<T>): Promise<void> {
    if (this.held && (await this.#save(what))) this.#bar.tell(t('preference-changed', { what: name }));
  }

  #before(what: Partial<T>): Partial<T> | null {
    const { held } = this;
    if (held === null) return null;
    const keys = Object.keys(what) as (keyof T)[];
    return Object.fromEntries(keys.map((key) => [key, held[key]])) as Partial<T>;
  }

  #save(what: Partial<T>): Promise<boolean> {
    this.#changes = [...this.#changes, what];
    this.#show();
    const saved = this.#turn.then(() => this.#send(what));
    this.#turn = saved;
    return saved;
  }

  async #send(what: Partial<T>): Promise<boolean> {
    try {
      if (this.#known === null) return false;
      const settings = { ...this.#known, ...what };
      await this.#write(settings);
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
    if (this.#known) this.held = Object.assign({}, this.#known, ...this.#changes) as T;
  }
}

/** How notifications are made. */
export function notificationForm(bar: Bar): SettingsForm<NotificationSettings> {
  return new SettingsForm(
    bar,
    async () => (await call<'notification_settings'>({ do: 'notification_settings' })).settings,
    (settings) => call<'save_notification_settings'>({ do: 'save_notification_settings', settings }),
  );
}

/** Language, looks, and how long mail is kept. */
export function generalForm(bar: Bar): SettingsForm<GeneralSettings> {
  return new SettingsForm(
    bar,
    async () => (await call<'general_settings'>({ do: 'general_settings' })).settings,
    (settings) => call<'save_general_settings'>({ do: 'save_general_settings', settings }),
  );
}
