/** What the browser specs in `tests/ui` stand on: the web twin, opened in a state, with every breach a failure. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test as base, type Page } from '@playwright/test';
import type { Row } from '../src/generated/wire.ts';
import type { Engine } from '../src/web/engine.ts';
import type { State } from '../src/web/script.ts';

export { expect, type Page };
export type { Row };

declare global {
  interface Window {
    twin: Engine;
  }
}

/** A Tuesday morning in Berlin. */
export const now = new Date('2026-11-24T10:31:00+01:00');

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export class Twin {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(window: 'feed' | 'settings', state: State = 'busy', at = ''): Promise<void> {
    await this.page.clock.install({ time: now });
    await this.page.goto(`/${window}.html?state=${state}${at}`);
    await this.page.locator('.mark').first().waitFor();
  }

  /** Mails arrive. */
  arrive(...mails: Partial<Row>[]): Promise<void> {
    return this.page.evaluate((list) => window.twin.arrive(...list), mails);
  }

  /** The newest `count` rows change, as by another device. */
  change(count: number, change: Partial<Row>): Promise<unknown> {
    return this.page.evaluate(
      ([n, to]) => {
        const newest = window.twin.script.rows.slice(0, n).map((row) => row.seq);
        return window.twin.change(newest, to);
      },
      [count, change] as const,
    );
  }

  /** Everything asked of the engine and the app that has this key, oldest first. */
  async asked(key: string): Promise<unknown[]> {
    const all = await this.page.evaluate(() => window.twin.asked);
    return all.filter((one) => {
      const said = one as Record<string, unknown>;
      return key in said || said['do'] === key;
    });
  }

  /** What axe finds wrong with the page as it is, targets below 24 pixels among it. */
  async faults(): Promise<string[]> {
    if (!(await this.page.evaluate(() => 'axe' in globalThis))) await this.page.evaluate(axeSource);
    return this.page.evaluate(async () => {
      const axe = (globalThis as unknown as { axe: typeof import('axe-core') }).axe;
      // Axe leaves the rule for targets out, unless it is told to look.
      const { violations } = await axe.run(document, { rules: { 'target-size': { enabled: true } } });
      return violations.flatMap((v) =>
        v.nodes
          // An hour of the week is narrower; what is typed below it is its equal.
          .filter((n) => v.id !== 'target-size' || !n.html.includes('data-cell='))
          .map((n) => `${v.id}: ${n.html.slice(0, 160)} ${n.failureSummary}`),
      );
    });
  }
}

/** Errors of the page, and breaches of its content security policy, fail the test. */
export const test = base.extend<{ twin: Twin }>({
  twin: async ({ page }, use) => {
    const wrong: string[] = [];
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('console', (line) => {
      if (line.type() === 'error' || /Content Security Policy/i.test(line.text())) wrong.push(line.text());
    });
    await use(new Twin(page));
    expect(wrong).toEqual([]);
  },
});
