/**
 * `npm run screenshots`: one sheet per state in `docs/screenshots/`: light, dark, high contrast, and Arabic, which is
 * written from right to left. What only shows in one of them is taken alone. `SHOTS=<folder>` puts them elsewhere, as
 * PNG.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type Browser, type Page } from '@playwright/test';
import type { State } from '../src/web/script.ts';

/** A Tuesday morning. */
const now = new Date('2026-11-24T10:31:00+01:00');
const elsewhere = process.env['SHOTS'];
const folder = elsewhere ?? join(import.meta.dirname, '../../docs/screenshots');
mkdirSync(folder, { recursive: true });
const QUALITY = 0.55;
const SHARP_QUALITY = 0.75;

interface Look {
  scheme?: 'light' | 'dark';
  contrast?: 'more';
  forced?: boolean;
  locale?: string;
  /** Twice as many pixels. */
  sharp?: boolean;
  /** 2 is what a window of this size shows at 200 % zoom. */
  zoom?: number;
  size?: [number, number];
}

interface Shot extends Look {
  name: string;
  window: 'feed' | 'settings';
  state: State;
  /** Alone: as it says; else a sheet of all four looks. */
  alone?: boolean;
  general?: object;
  before?: (page: Page) => Promise<unknown>;
}

const looks: Look[] = [
  { scheme: 'light' },
  { scheme: 'dark' },
  { scheme: 'light', contrast: 'more' },
  { scheme: 'light', locale: 'ar' },
];

const feed = (name: string, state: State, more: Partial<Shot> = {}): Shot => ({
  name: `feed-${name}`,
  window: 'feed',
  state,
  size: [400, 640],
  ...more,
});
const settings = (name: string, state: State, more: Partial<Shot> = {}): Shot => ({
  name: `settings-${name}`,
  window: 'settings',
  state,
  size: [820, 620],
  ...more,
});

// Found by what they are, not by their words: those are in several languages.
const click = (selector: string) => (page: Page) => page.locator(selector).first().click();
const press =
  (...keys: string[]) =>
  async (page: Page) => {
    await page.locator('.row, .blank').first().waitFor();
    for (const key of keys) await page.keyboard.press(key);
  };
const openForm = click('.head .b');
/** A page of the settings, by its place. */
const page = (name: 'bell' | 'rules') => async (on: Page) => {
  await on
    .locator('.nav')
    .nth(name === 'bell' ? 1 : 2)
    .click();
  await on.locator('.week, .rule').first().waitFor();
};
async function paint(on: Page): Promise<void> {
  await page('bell')(on);
  await on.locator('[data-cell="1-14"]').hover();
  await on.mouse.down();
  await on.locator('[data-cell="3-16"]').hover();
}
const search = (text: string) => async (page: Page) => {
  await page.locator('.search .f').fill(text);
  await page.locator('mark, .blank').first().waitFor();
};

async function fill(page: Page, jid: string): Promise<void> {
  await page.locator('[type="email"]').fill(jid);
  await page.locator('[type="password"]').fill('notarealone');
}
async function tryOut(page: Page): Promise<void> {
  await openForm(page);
  await fill(page, 'lena@birds.example');
  await page.locator('.end .b:not(.go)').last().click();
  await page.locator('.works, .step.failed').first().waitFor();
}
/** A new account that has only a mailbox, tried out. */
async function mailboxOnly(page: Page): Promise<void> {
  await openForm(page);
  await page.locator('[type="radio"]').nth(1).check({ force: true });
  await fill(page, 'lena@birds.example');
  await page.locator('.end .b:not(.go)').last().click();
  await page.locator('.works').waitFor();
}
/** The mailbox of an account with XMPP. */
async function mailbox(page: Page): Promise<void> {
  await click('.ln .edit')(page);
  await page
    .locator('details')
    .first()
    .evaluate((fold: HTMLDetailsElement) => (fold.open = false));
  await page.locator('section details summary').click();
}
async function newMail(page: Page): Promise<void> {
  await page.locator('#mail').evaluate((pane) => (pane.scrollTop = 300));
  await page.evaluate(() => {
    const from = { name: 'Miriam', address: null };
    window.twin.arrive({ from, subject: 'One' }, { from, subject: 'Two' }, { from, subject: 'Three' });
  });
  await page.locator('.fresh').waitFor();
}
/** One is found by its address, one by its folder, and one by both of subject and inbox. */
async function hiddenHits(page: Page): Promise<void> {
  await page.locator('.row').first().waitFor();
  await page.evaluate(() => {
    const home = { snippet: 'Passt dir das noch?', account: 'lena@home.example' };
    const sam = { from: { name: 'Sam', address: 'sam@inkwell.example.org' }, mailbox: 'Familie', ...home };
    const zoe = { from: { name: 'Zoe', address: null }, ...home };
    window.twin.arrive(
      { ...zoe, subject: 'Ink for the old printer', mailbox: 'INBOX' },
      { ...zoe, subject: 'Notes for Sunday', mailbox: 'Choir/Ink drawings' },
      { ...sam, subject: 'A day by the sea' },
    );
  });
  await search('ink')(page);
}
/** A bridge reaches the mailboxes, so that messages can be moved. */
const reached =
  (act: (page: Page) => Promise<unknown>) =>
  async (page: Page): Promise<void> => {
    await page.locator('.row').first().waitFor();
    await page.evaluate(() => window.twin.reach(true));
    await act(page);
  };
async function contextMenu(page: Page): Promise<void> {
  await page
    .locator('.row')
    .nth(1)
    .click({ button: 'right', position: { x: 120, y: 30 } });
}

const shots: Shot[] = [
  feed('busy', 'busy', { before: press('j', 'j', 'r') }),
  feed('light', 'busy', { alone: true, sharp: true, before: press('j', 'j', 'r') }),
  feed('dark', 'busy', { alone: true, sharp: true, scheme: 'dark', before: press('j', 'j', 'r') }),
  feed('compact', 'busy', { general: { rows: 'compact' } }),
  feed('selection', 'busy', { before: press('j', 'x', 'j', 'x', 'j', 'j', 'x') }),
  feed('selection-more', 'long', { before: reached(press('j', 'Control+a')) }),
  feed('context-menu', 'busy', { before: contextMenu }),
  feed('reason', 'policy', { before: contextMenu }),
  feed('snooze', 'policy', { alone: true, before: press('j', 's') }),
  feed('away', 'away'),
  feed('away-open', 'away', { before: press('j', 'j', 'j', 'Enter') }),
  feed('hover', 'busy', { before: (page) => page.locator('.row').first().hover() }),
  feed('acts', 'busy', { before: reached((page) => page.locator('.row').first().hover()) }),
  feed('acts-menu', 'busy', { before: reached(contextMenu) }),
  feed('acts-undo', 'busy', { before: reached(press('j', 'j', 'e')) }),
  feed('acts-selection', 'busy', { alone: true, before: reached(press('j', 'x', 'j', 'x')) }),
  feed('new', 'long', { before: newMail }),
  feed('search', 'busy', { before: search('schl') }),
  feed('search-none', 'busy', { before: search('osprey') }),
  feed('search-hidden', 'busy', { before: hiddenHits }),
  feed('search-hidden-compact', 'busy', { alone: true, general: { rows: 'compact' }, before: hiddenHits }),
  feed('filter', 'busy', { before: press('f') }),
  feed('pause', 'busy', { before: press('p') }),
  feed('paused', 'paused'),
  feed('menu', 'busy', { before: click('.bar .menu:nth-of-type(4) .ib') }),
  feed('keys', 'busy', {
    before: async (on) => {
      await press('?')(on);
      await on.locator('dialog.box').waitFor();
    },
  }),
  feed('trouble', 'trouble', { before: click('.why') }),
  feed('problem-dismiss', 'passable', { before: click('.why') }),
  feed('offline', 'offline'),
  feed('empty', 'quiet'),
  feed('connecting', 'connecting'),
  feed('loading', 'loading'),
  feed('error', 'error'),
  feed('nothing-unread', 'unread-none', { before: press('u') }),
  feed('hostile', 'hostile'),
  feed('2008', 'single'),
  feed('first-run', 'first-run'),
  feed('forced-colors', 'busy', { alone: true, forced: true, before: press('j', 'x') }),
  feed('contrast-dark', 'busy', { alone: true, contrast: 'more', scheme: 'dark' }),
  feed('german', 'busy', { alone: true, locale: 'de-DE' }),
  feed('german-selection', 'busy', {
    alone: true,
    locale: 'de-DE',
    before: reached(press('j', 'x', 'j', 'x')),
  }),
  feed('zoom-200', 'busy', { alone: true, zoom: 2 }),
  feed('zoom-200-menu', 'policy', { alone: true, zoom: 2, before: press('f') }),
  feed('wide', 'away', { alone: true, size: [900, 640] }),
  feed('wide-compact', 'busy', { alone: true, size: [900, 640], general: { rows: 'compact' } }),
  settings('accounts', 'trouble'),
  settings('first', 'first-run'),
  settings('test', 'busy', { before: tryOut }),
  settings('test-light', 'busy', { alone: true, sharp: true, before: tryOut }),
  settings('test-running', 'slow-test', {
    before: async (page) => {
      await openForm(page);
      await fill(page, 'lena@birds.example');
      await page.locator('.end .b:not(.go)').last().click();
      await page.locator('.step').nth(3).locator('.arc').waitFor();
    },
  }),
  settings('certificate', 'untrusted', { before: tryOut }),
  settings('refused', 'refused', { before: tryOut }),
  settings('advanced', 'busy', { size: [820, 900], before: click('.ln .edit') }),
  settings('mailbox', 'mailboxes', { before: mailbox }),
  settings('mailbox-only', 'busy', { size: [820, 720], before: mailboxOnly }),
  settings('mailbox-german', 'mailboxes', { alone: true, locale: 'de-DE', before: mailbox }),
  settings('mailbox-narrow', 'busy', { alone: true, size: [400, 760], before: mailboxOnly }),
  settings('faults', 'busy', {
    before: async (page) => {
      await openForm(page);
      await fill(page, 'lena');
      await page.locator('.end .go').click();
    },
  }),
  settings('mailbox-faults', 'busy', {
    size: [820, 760],
    before: async (page) => {
      await openForm(page);
      await page.locator('[type="radio"]').nth(1).check({ force: true });
      await page.locator('details summary').click();
      await page.locator('.num').last().fill('imap');
      await page.locator('textarea').fill('');
      await page.locator('.end .go').click();
    },
  }),
  settings('unsaved', 'unsaved', {
    before: async (page) => {
      await openForm(page);
      await fill(page, 'lena@birds.example');
      await page.locator('.end .go').click();
      await page.locator('.cause.fault').waitFor();
    },
  }),
  settings('remove', 'busy', { before: click('.ln:nth-child(2) .ib:nth-of-type(2)') }),
  settings('notifications', 'policy', { size: [820, 900], before: page('bell') }),
  settings('quiet-painted', 'policy', { alone: true, size: [820, 900], before: paint }),
  settings('rules', 'policy', { before: page('rules') }),
  settings('rule', 'policy', {
    size: [820, 700],
    before: async (on) => {
      await page('rules')(on);
      await on.locator('.rule .edit').nth(1).click();
      await on.locator('.preview li').first().waitFor();
    },
  }),
  settings('general', 'busy', {
    size: [820, 760],
    before: async (page) => {
      await page.locator('.nav').nth(-2).click();
      await page.locator('.choices').nth(1).locator('label').nth(1).click();
    },
  }),
  settings('diagnosis', 'trouble', {
    size: [820, 1120],
    before: async (page) => {
      await page.locator('.nav').last().click();
      await page.locator('.subhead .b').first().click();
      await page.locator('.works').nth(1).waitFor();
    },
  }),
  settings('keep', 'busy', {
    before: async (page) => {
      await page.locator('.nav').nth(-2).click();
      await page.locator('.pairs input.f').fill('7');
      await page.locator('.pairs input.f').press('Enter');
      await page.locator('dialog[open]').waitFor();
    },
  }),
  settings('general-german', 'busy', {
    alone: true,
    locale: 'de-DE',
    size: [820, 760],
    before: (page) => page.locator('.nav').nth(-2).click(),
  }),
  settings('narrow', 'trouble', { alone: true, size: [400, 640] }),
  settings('zoom-200', 'busy', { alone: true, zoom: 2, before: tryOut }),
  settings('german', 'trouble', { alone: true, locale: 'de-DE' }),
  settings('notifications-zoom-200', 'policy', { alone: true, zoom: 2, before: page('bell') }),
  settings('notifications-narrow', 'policy', { alone: true, size: [400, 900], before: page('bell') }),
  settings('notifications-forced', 'policy', {
    alone: true,
    forced: true,
    size: [820, 900],
    before: page('bell'),
  }),
  settings('rules-narrow', 'policy', { alone: true, size: [400, 700], before: page('rules') }),
  settings('rules-german', 'policy', { alone: true, locale: 'de-DE', before: page('rules') }),
  settings('forced-colors', 'busy', {
    alone: true,
    forced: true,
    before: (page) => page.locator('.nav').nth(-2).click(),
  }),
];

/** A picture of a state in one look. */
async function take(browser: Browser, baseURL: string, shot: Shot, look: Look): Promise<Buffer> {
  const [width, height] = shot.size ?? [400, 640];
  const zoom = look.zoom ?? 1;
  const context = await browser.newContext({
    baseURL,
    viewport: { width: width / zoom, height: height / zoom },
    deviceScaleFactor: (look.sharp ? 2 : 1) * zoom,
    colorScheme: look.scheme ?? 'light',
    contrast: look.contrast ?? 'no-preference',
    forcedColors: look.forced ? 'active' : 'none',
    reducedMotion: 'reduce',
    locale: look.locale ?? 'en-GB',
    timezoneId: 'Europe/Berlin',
  });
  const page = await context.newPage();
  await page.clock.install({ time: now });
  if (shot.general) {
    await page.addInitScript(
      (held) => localStorage.setItem('mailwren.twin.general', held),
      JSON.stringify(shot.general),
    );
  }
  await page.goto(`/${shot.window}.html?state=${shot.state}`);
  await page.locator('.mark').first().waitFor();
  await page.clock.runFor(500);
  await page.clock.resume();
  await shot.before?.(page);
  const picture = await page.screenshot();
  await context.close();
  return picture;
}

/** Pictures side by side, as the browser packs them. */
async function sheet(browser: Browser, pictures: Buffer[], type: string, quality: number): Promise<Buffer> {
  const page = await browser.newPage();
  const urls = pictures.map((picture) => `data:image/png;base64,${picture.toString('base64')}`);
  const packed = await page.evaluate(
    async ([sources, kind, packing]) => {
      const images = await Promise.all(
        sources.map(async (src) => {
          const image = Object.assign(new Image(), { src });
          await image.decode();
          return image;
        }),
      );
      const GAP = 12;
      const canvas = document.createElement('canvas');
      canvas.width = images.reduce((sum, image) => sum + image.width + GAP, -GAP);
      canvas.height = Math.max(...images.map((image) => image.height));
      const paint = canvas.getContext('2d');
      let x = 0;
      for (const image of images) {
        paint?.drawImage(image, x, 0);
        x += image.width + GAP;
      }
      return canvas.toDataURL(kind, packing).split(',')[1] ?? '';
    },
    [urls, type, quality] as const,
  );
  await page.close();
  return Buffer.from(packed, 'base64');
}

for (const shot of shots) {
  test(shot.name, async ({ browser, baseURL }) => {
    const pictures: Buffer[] = [];
    for (const look of shot.alone ? [shot] : looks) {
      pictures.push(await take(browser, baseURL ?? '', shot, look));
    }
    const [type, ending] = elsewhere ? ['image/png', 'png'] : ['image/webp', 'webp'];
    writeFileSync(
      join(folder, `${shot.name}.${ending}`),
      await sheet(browser, pictures, type, shot.sharp ? SHARP_QUALITY : QUALITY),
    );
  });
}
