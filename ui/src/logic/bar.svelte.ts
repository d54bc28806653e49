/** The bar at the bottom: what was just done, and the way back. */
import type { ApiError } from '../generated/wire';
import { told } from '../i18n.svelte';

/** How long the key takes back what the bar no longer shows. */
const REMEMBERED = 60_000;

export interface Said {
  text: string;
  /** Whether it can be taken back. */
  undoable: boolean;
  fault: boolean;
  /** What may be done next. */
  next?: { label: string; act: () => void };
}

export class Bar {
  said = $state.raw<Said | null>(null);
  #last: { take: () => void; until: number } | null = null;

  /** Says what was done; `take` takes it back. */
  offer(text: string, take: () => void): void {
    this.#last = { take, until: Date.now() + REMEMBERED };
    this.said = { text, undoable: true, fault: false };
  }

  tell(text: string): void {
    this.said = { text, undoable: false, fault: false };
  }

  /** Says what was done, and what may be done next. */
  suggest(text: string, label: string, act: () => void): void {
    this.said = { text, undoable: false, fault: false, next: { label, act } };
  }

  /** Says what couldn't be done, and what to do. */
  complain(error: unknown): void {
    const { message, hint } = error as ApiError;
    const text = hint ? `${told(message)} ${told(hint)}` : told(message);
    this.said = { text, undoable: false, fault: true };
  }

  /** Takes the last action back, as long as it is remembered. */
  undo(): void {
    const last = this.#last;
    this.#last = null;
    this.said = null;
    if (last && Date.now() < last.until) last.take();
  }
}
