import { join } from 'node:path';
import { test, type Page } from '@playwright/test';

/** A Tuesday morning. */
const now = new Date('2026-11-24T10:31:00+01:00');
const folder = join(import.meta.dirname, '../../docs/screenshots');
/** Those that the README shows are sharp; the rest are to be looked at. */
const doc = new Set(['feed-light', 'feed-dark', 'settings-test-light']);

interface Shot {
  name: string;
  page: 'feed' | 'settings';
  state: string;
  scheme?: 'light' | 'dark';
  contrast?: 'more';
  forced?: boolean;
  locale?: string;
  rtl?: boolean;
  size?: [number, number];
  /** 2 is what a window of this size shows at 200 % zoom. */
  zoom?: number;
  before?: (page: Page) => Promise<void>;
}

const feed = (name: string, state: string, more: Partial<Shot> = {}): Shot => ({
  name,
  page: 'feed',
  state,
  ...more,
});
const settings = (name: string, state: string, more: Partial<Shot> = {}): Shot => ({
  name,
  page: 'settings',
  state,
  size: [820, 620],
  ...more,
});

const openForm = (page: Page) => page.getByRole('button', { name: 'Add account' }).first().click();
async function fill(page: Page, jid: string): Promise<void> {
  await page.getByLabel('XMPP address').fill(jid);
  await page.getByLabel('Password').fill('notarealone');
}
async function tryOut(page: Page): Promise<void> {
  await openForm(page);
  await fill(page, 'lena@birds.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByRole('button', { name: 'Test', exact: true }).and(page.locator(':enabled')).waitFor();
}
async function pickRow(page: Page): Promise<void> {
  for (const key of ['j', 'j', 'r']) await page.keyboard.press(key);
}
async function newMail(page: Page): Promise<void> {
  await page.locator('#mail').evaluate((pane) => (pane.scrollTop = 300));
  await page.evaluate(() => {
    const from = { name: 'Miriam', address: null };
    window.twin.arrive({ from, subject: 'One' }, { from, subject: 'Two' }, { from, subject: 'Three' });
  });
  await page.locator('.fresh').waitFor();
}

const shots: Shot[] = [
  feed('feed-light', 'busy', { before: pickRow }),
  feed('feed-dark', 'busy', { scheme: 'dark', before: pickRow }),
  feed('feed-contrast', 'busy', { contrast: 'more' }),
  feed('feed-contrast-dark', 'busy', { contrast: 'more', scheme: 'dark' }),
  feed('feed-forced-colors', 'busy', { forced: true }),
  feed('feed-hover', 'busy', { before: (page) => page.locator('.row').first().hover() }),
  feed('feed-german', 'busy', { locale: 'de-DE' }),
  feed('feed-right-to-left', 'busy', { rtl: true }),
  feed('feed-zoom-200', 'busy', { zoom: 2 }),
  feed('feed-wide', 'busy', { size: [900, 640] }),
  feed('feed-2008', 'single'),
  feed('feed-new', 'long', { before: newMail }),
  feed('feed-search', 'busy', {
    before: async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('schl');
      await page.locator('mark').first().waitFor();
    },
  }),
  feed('feed-search-none', 'busy', {
    before: async (page) => {
      await page.keyboard.press('/');
      await page.keyboard.type('osprey');
      await page.getByText('Nothing found').waitFor();
    },
  }),
  feed('feed-filter', 'busy', { before: (page) => page.keyboard.press('f') }),
  feed('feed-pause', 'busy', { before: (page) => page.keyboard.press('p') }),
  feed('feed-paused', 'paused'),
  feed('feed-menu', 'busy', { before: (page) => page.getByRole('button', { name: 'Menu' }).click() }),
  feed('feed-keys', 'busy', { before: (page) => page.keyboard.press('?') }),
  feed('feed-trouble', 'trouble', { before: (page) => page.getByRole('button', { name: 'Why?' }).click() }),
  feed('feed-trouble-dark', 'trouble', {
    scheme: 'dark',
    before: (page) => page.getByRole('button', { name: 'Why?' }).click(),
  }),
  feed('feed-offline', 'offline'),
  feed('feed-empty', 'quiet'),
  feed('feed-connecting', 'connecting'),
  feed('feed-loading', 'loading'),
  feed('feed-error', 'error'),
  feed('feed-nothing-unread', 'unread-none', { before: (page) => page.keyboard.press('u') }),
  feed('feed-hostile', 'hostile'),
  feed('first-run-light', 'first-run'),
  feed('first-run-dark', 'first-run', { scheme: 'dark' }),
  settings('settings-accounts-light', 'trouble'),
  settings('settings-accounts-dark', 'trouble', { scheme: 'dark' }),
  settings('settings-first', 'first-run'),
  settings('settings-test-light', 'busy', { before: tryOut }),
  settings('settings-test-dark', 'busy', { scheme: 'dark', before: tryOut }),
  settings('settings-test-contrast', 'busy', { contrast: 'more', before: tryOut }),
  settings('settings-test-running', 'slow-test', {
    before: async (page) => {
      await openForm(page);
      await fill(page, 'lena@birds.example');
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await page.locator('.step').nth(3).locator('.arc').waitFor();
    },
  }),
  settings('settings-certificate', 'untrusted', { before: tryOut }),
  settings('settings-refused', 'refused', { before: tryOut }),
  settings('settings-advanced', 'busy', {
    size: [820, 900],
    before: (page) => page.getByRole('button', { name: /^Edit .Home/ }).click(),
  }),
  settings('settings-faults', 'busy', {
    before: async (page) => {
      await openForm(page);
      await fill(page, 'lena');
      await page.getByRole('button', { name: 'Add account' }).click();
    },
  }),
  settings('settings-unsaved', 'unsaved', {
    before: async (page) => {
      await openForm(page);
      await fill(page, 'lena@birds.example');
      await page.getByRole('button', { name: 'Add account' }).click();
      await page.getByText('The keyring is locked.').waitFor();
    },
  }),
  settings('settings-remove', 'busy', {
    before: (page) => page.getByRole('button', { name: /^Remove .Work/ }).click(),
  }),
  settings('settings-about', 'trouble', {
    before: (page) => page.getByRole('button', { name: 'About' }).click(),
  }),
  settings('settings-narrow', 'trouble', { size: [400, 640] }),
  settings('settings-zoom-200', 'busy', { zoom: 2, before: tryOut }),
  settings('settings-right-to-left', 'trouble', { rtl: true }),
  settings('settings-german', 'trouble', { locale: 'de-DE' }),
];

for (const shot of shots) {
  test(shot.name, async ({ browser, baseURL }) => {
    const [width, height] = shot.size ?? [400, 640];
    const zoom = shot.zoom ?? 1;
    const context = await browser.newContext({
      ...(baseURL ? { baseURL } : {}),
      viewport: { width: width / zoom, height: height / zoom },
      deviceScaleFactor: (doc.has(shot.name) ? 2 : 1) * zoom,
      colorScheme: shot.scheme ?? 'light',
      contrast: shot.contrast ?? 'no-preference',
      forcedColors: shot.forced ? 'active' : 'none',
      reducedMotion: 'reduce',
      locale: shot.locale ?? 'en-GB',
      timezoneId: 'Europe/Berlin',
    });
    const page = await context.newPage();
    await page.clock.install({ time: now });
    await page.goto(`/${shot.page}.html?state=${shot.state}`);
    await page.locator('.mark').first().waitFor();
    await page.clock.runFor(500);
    if (shot.rtl) await page.evaluate(() => (document.documentElement.dir = 'rtl'));
    await page.clock.resume();
    await shot.before?.(page);
    await page.screenshot({ path: join(folder, `${shot.name}.png`) });
    await context.close();
  });
}
