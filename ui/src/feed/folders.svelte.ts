/** The folders that the feed can be narrowed to: those of all stored rows, or of one account's, as the engine names them. */
import { call } from '$ipc';
import type { Row } from '../generated/wire';

export class Folders {
  names = $state.raw<string[]>([]);
  #account: string | null = null;
  /** Those that were asked after: of very many, the engine doesn't name all. */
  #met = new Set<string>();

  /** Asks for them anew: for those of all accounts, or of one. */
  async ask(account: string | null): Promise<void> {
    this.#account = account;
    this.#met.clear();
    await this.#ask();
  }

  /** Asks again where a row is of a folder that wasn't met before. */
  meet(rows: readonly Row[]): void {
    const before = this.#met.size;
    for (const { mailbox, account } of rows)
      if (mailbox !== null && (this.#account ?? account) === account) this.#met.add(mailbox);
    if (this.#met.size > before) void this.#ask();
  }

  async #ask(): Promise<void> {
    const account = this.#account;
    try {
      const { mailboxes } = await call<'mailboxes'>({ do: 'mailboxes', account });
      if (account !== this.#account) return;
      for (const name of mailboxes) this.#met.add(name);
      this.names = mailboxes.sort((a, b) => a.localeCompare(b));
    } catch {
      // The list says what is wrong; the menu keeps what it knew.
    }
  }
}
