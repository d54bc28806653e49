/** Tells which elements are near the shown part of a pane, so that the rest needn't be drawn. */

/** Drawn ahead so far, in pixels. */
const AHEAD = 800;

export class Nearness {
  #watch: IntersectionObserver | undefined;
  #told = new Map<Element, (near: boolean) => void>();
  /** Near, but not to be seen yet: told one a frame, since drawing what is told takes a good part of one. */
  #ahead = new Set<Element>();

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
      this.#ahead.delete(element);
      this.#watch?.unobserve(element);
    };
  }

  #hear(seen: readonly IntersectionObserverEntry[]): void {
    const idle = this.#ahead.size === 0;
    for (const { target, isIntersecting, boundingClientRect: box, rootBounds: around } of seen) {
      this.#ahead.delete(target);
      const hidden = around && (box.bottom < around.top + AHEAD || box.top > around.bottom - AHEAD);
      if (isIntersecting && hidden) this.#ahead.add(target);
      else this.#told.get(target)?.(isIntersecting);
    }
    if (idle) this.#draw();
  }

  #draw(): void {
    if (this.#ahead.size === 0) return;
    requestAnimationFrame(() => {
      const [next] = this.#ahead;
      if (next) {
        this.#ahead.delete(next);
        this.#told.get(next)?.(true);
      }
      this.#draw();
    });
  }
}
