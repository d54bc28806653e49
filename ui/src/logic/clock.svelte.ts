/** The time as the window shows it: ticks only while it is seen, and no faster than its wordings change. */
import { untilNextWording } from './time';

export class Clock {
  now = $state(Date.now());
  #instants: () => number[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(instants: () => number[]) {
    this.#instants = instants;
  }

  /** Starts ticking; returns how to stop. */
  start(): () => void {
    const seen = () => {
      clearTimeout(this.#timer);
      if (!document.hidden) this.#tick();
    };
    document.addEventListener('visibilitychange', seen);
    this.#tick();
    return () => {
      clearTimeout(this.#timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }

  #tick(): void {
    this.now = Date.now();
    const ages = this.#instants().map((at) => this.now - at);
    this.#timer = setTimeout(() => this.#tick(), untilNextWording(ages));
  }
}
