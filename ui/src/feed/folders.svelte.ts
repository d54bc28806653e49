/** The folders that the feed can be narrowed to: those of all stored rows, as the engine names them. */
import { call } from '$ipc';
import type { Row } from '../generated/wire';

export class Folders {
  names = $state.raw<string[]>([]);
  /** Those that were asked after: of very many, the engine doesn't name all. */
  #met = new Set<string>();

  /** Asks for them anew. */
  async ask(): Promise<void> {
    this.#met.clear();
    await this.#ask();
  }

  /** Asks again where a row is of a folder that wasn't met before. */
  meet(rows: readonly Row[]): void {
    const before = this.#met.size;
    for (const { mailbox } of rows) if (mailbox !== null) this.#met.add(mailbox);
    if (this.#met.size > before) void this.#ask();
  }

  async #ask(): Promise<void> {
    try {
      const { mailboxes } = await call<'mailboxes'>({ do: 'mailboxes' });
      for (const name of mailboxes) this.#met.add(name);
      this.names = mailboxes.sort((a, b) => a.localeCompare(b));
    } catch {
      // The list says what is wrong; the menu keeps what it knew.
    }
  }
}
