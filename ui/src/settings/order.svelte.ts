/** A list whose lines are moved: dragged by their grips, by the grips' menu, or with Alt and arrows. */
import { tick } from 'svelte';
import { t } from '../i18n.svelte';
import type { Item } from '../parts/MenuList.svelte';

/** What is moved. */
export interface Lines {
  readonly count: number;
  /** Names the state of the list that places are of: what was begun on one isn't done to another. */
  readonly edition: string;
  /** Whether it was moved. */
  move: (from: number, to: number, edition: string) => Promise<boolean>;
}

export class Order {
  list = $state<HTMLElement>();
  /** A line on its way to another place. */
  drag = $state.raw<{ at: number; to: number; edition: string } | null>(null);
  menu = $state.raw<{ at: number; edition: string; x: number; y: number } | null>(null);
  /** Whether the click that ends a drag is still to come. */
  #dragged = false;
  readonly lines: Lines;

  constructor(lines: Lines) {
    this.lines = lines;
  }

  /** Moves a line, and keeps the focus with it. */
  async move(from: number, to: number, edition = this.lines.edition): Promise<void> {
    const at = (await this.lines.move(from, to, edition)) ? to : from;
    await tick();
    this.#focus(at);
  }

  /** How a line is shown that is dragged, or that one is dragged to. */
  shows(at: number): string {
    const { drag } = this;
    if (drag?.at === at) return 'taken';
    return drag?.to !== at ? '' : at < drag.at ? 'above' : 'below';
  }

  moves(at: number, edition: string): Item[] {
    const to = (place: number) => () => void this.move(at, place, edition);
    const end = this.lines.count - 1;
    return [
      { label: t('move-first'), off: at === 0, choose: to(0) },
      { label: t('move-up'), key: 'Alt ↑', off: at === 0, choose: to(at - 1) },
      { label: t('move-down'), key: 'Alt ↓', off: at === end, choose: to(at + 1) },
      { label: t('move-last'), off: at === end, choose: to(end) },
    ].filter(({ off }) => !off);
  }

  openMenu(event: MouseEvent & { currentTarget: HTMLElement }, at: number): void {
    if (this.#dragged) {
      this.#dragged = false;
      return;
    }
    const box = event.currentTarget.getBoundingClientRect();
    const x = document.documentElement.dir === 'rtl' ? box.right : box.left;
    this.menu = { at, edition: this.lines.edition, x, y: box.bottom + 2 };
  }

  closeMenu(kept: boolean): void {
    const at = this.menu?.at ?? 0;
    this.menu = null;
    if (!kept) this.#focus(at);
  }

  grab(event: PointerEvent & { currentTarget: HTMLElement }, at: number): void {
    this.#dragged = false;
    if (event.button !== 0 || this.lines.count < 2) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    this.drag = { at, to: at, edition: this.lines.edition };
  }

  follow(event: PointerEvent): void {
    const { drag, list } = this;
    if (drag === null || !list) return;
    const lines = [...list.children];
    const above = lines.filter((line) => {
      const box = line.getBoundingClientRect();
      return event.clientY > box.top + box.height / 2;
    }).length;
    const to = above > drag.at ? above - 1 : above;
    if (to === drag.to) return;
    this.#dragged = true;
    this.drag = { ...drag, to };
    lines[to]?.scrollIntoView({ block: 'nearest' });
  }

  drop(): void {
    const done = this.drag;
    this.drag = null;
    if (done && done.at !== done.to) void this.move(done.at, done.to, done.edition);
  }

  onkeydown(event: KeyboardEvent, at: number): void {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    void this.move(at, at + (event.key === 'ArrowUp' ? -1 : 1));
  }

  /** Gives a drag up, before the window takes the key. */
  onescape(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || this.drag === null) return;
    event.preventDefault();
    this.drag = null;
  }

  #focus(at: number): void {
    this.list?.children[at]?.querySelector<HTMLElement>('.grip')?.focus();
  }
}
