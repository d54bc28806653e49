/** Tells which elements are near the shown part of a pane, so that the rest needn't be drawn. */

/** Drawn ahead so far, in pixels. */
const AHEAD = 800;

export class Nearness {
  #watch: IntersectionObserver | undefined;
  #told = new Map<Element, (near: boolean) => void>();

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
      this.#watch?.unobserve(element);
    };
  }

  #hear(seen: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of seen) this.#told.get(target)?.(isIntersecting);
  }
}
