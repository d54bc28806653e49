/** Tells which elements are near the shown part of a pane, so that the rest needn't be drawn. */
import { flushSync } from 'svelte';

/** Drawn ahead so far, in pixels. */
const AHEAD = 800;
/** After so many milliseconds of a frame no more is begun in it. */
const DRAWN = 6;

export class Nearness {
  #watch: IntersectionObserver | undefined;
  #told = new Map<Element, (near: boolean) => void>();
  /** Near, and not told yet, in turn. */
  #next = new Set<Element>();

  /** Follows an element; returns how to stop. */
  follow(element: Element, pane: Element | null, tell: (near: boolean) => void): () => void {
    this.#watch ??= new IntersectionObserver((seen) => this.#hear(seen), {
      root: pane,
      rootMargin: `${AHEAD}px 0px`,
    });
    this.#told.set(element, tell);
    this.#watch.observe(element);
    return () => {
      this.#told.delete(element);
      this.#next.delete(element);
      this.#watch?.unobserve(element);
    };
  }

  #hear(seen: readonly IntersectionObserverEntry[]): void {
    const idle = this.#next.size === 0;
    const shown: Element[] = [];
    for (const { target, isIntersecting, boundingClientRect: box, rootBounds: around } of seen) {
      this.#next.delete(target);
      if (!isIntersecting) this.#told.get(target)?.(false);
      else if (around && box.bottom > around.top + AHEAD && box.top < around.bottom - AHEAD)
        shown.push(target);
      else this.#next.add(target);
    }
    this.#next = new Set([...shown, ...this.#next]);
    if (idle) this.#draw();
  }

  /** What is shown comes first; what is too much for this frame waits for the next. */
  #draw(): void {
    const until = performance.now() + DRAWN;
    for (const element of this.#next) {
      this.#next.delete(element);
      flushSync(() => this.#told.get(element)?.(true));
      if (performance.now() > until) break;
    }
    if (this.#next.size > 0) requestAnimationFrame(() => this.#draw());
  }
}
