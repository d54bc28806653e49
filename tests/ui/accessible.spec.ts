import { expect, test, type Page } from '../../ui/e2e/twin.ts';

type State = Parameters<import('../../ui/e2e/twin.ts').Twin['open']>[1];
type Case = [window: 'feed' | 'settings', state: State, how?: string, act?: (page: Page) => Promise<void>];

const press = (key: string) => (page: Page) => page.keyboard.press(key);
const click = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();

async function tryOut(page: Page): Promise<void> {
  await click('Add account')(page);
  await page.getByLabel('XMPP address').fill('lena@birds.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Test', exact: true })).toBeEnabled();
}

const cases: Case[] = [
  ['feed', 'busy'],
  ['feed', 'busy', 'a row chosen', press('j')],
  ['feed', 'busy', 'a row hovered', (page) => page.locator('.row').first().hover()],
  [
    'feed',
    'busy',
    'the undo bar',
    async (page) => {
      await page.keyboard.press('j');
      await page.keyboard.press('r');
      await expect(page.locator('.toast')).toBeVisible();
    },
  ],
  ['feed', 'busy', 'hits marked', (page) => page.getByLabel('Search mail').fill('schl')],
  ['feed', 'busy', 'nothing found', (page) => page.getByLabel('Search mail').fill('osprey')],
  ['feed', 'busy', 'the filter open', press('f')],
  ['feed', 'busy', 'the pause menu open', press('p')],
  ['feed', 'busy', 'the menu open', click('Menu')],
  ['feed', 'busy', 'the keys shown', press('?')],
  [
    'feed',
    'busy',
    'new mail waiting',
    async (page) => {
      await page.locator('.row').first().hover();
      await page.evaluate(() => window.twin.arrive({ subject: 'x' }));
      await expect(page.locator('.fresh')).toBeVisible();
    },
  ],
  ['feed', 'single'],
  ['feed', 'hostile'],
  ['feed', 'quiet'],
  ['feed', 'first-run'],
  ['feed', 'loading'],
  ['feed', 'error'],
  ['feed', 'offline'],
  ['feed', 'connecting'],
  ['feed', 'trouble', 'the reason shown', click('Why?')],
  ['feed', 'paused'],
  ['feed', 'unread-none', 'filtered', press('u')],
  ['settings', 'busy'],
  ['settings', 'trouble'],
  ['settings', 'first-run'],
  ['settings', 'busy', 'tested', tryOut],
  ['settings', 'untrusted', 'a certificate in question', tryOut],
  ['settings', 'refused', 'a password refused', tryOut],
  ['settings', 'busy', 'an account edited', click(/^Edit .*Home/)],
  [
    'settings',
    'busy',
    'a fault in the form',
    async (page) => {
      await click('Add account')(page);
      await click('Add account')(page);
    },
  ],
  ['settings', 'busy', 'the question before removing', click(/^Remove .*Work/)],
  ['settings', 'trouble', 'About', click('About')],
];

for (const colorScheme of ['light', 'dark'] as const) {
  for (const contrast of ['no-preference', 'more'] as const) {
    test.describe(`${colorScheme}, contrast ${contrast}`, () => {
      test.use({
        colorScheme,
        contextOptions: { contrast, reducedMotion: 'reduce' },
      });
      for (const [window, state, how, act] of cases) {
        // High contrast changes colours alone: the plain states tell.
        if (contrast === 'more' && act) continue;
        test(`axe finds nothing in ${window}, ${state}${how ? `, ${how}` : ''}`, async ({ page, twin }) => {
          if (window === 'settings') await page.setViewportSize({ width: 820, height: 640 });
          await twin.open(window, state);
          if (state !== 'loading') await expect(page.locator('h2, h1').first()).toBeAttached();
          await act?.(page);
          expect(await twin.faults()).toEqual([]);
        });
      }
    });
  }
}

test.describe('small and large', () => {
  for (const [width, height] of [
    [200, 320],
    [320, 480],
    [400, 640],
    [1200, 800],
  ] as const) {
    test(`nothing is cut off sideways at ${width} × ${height}`, async ({ page, twin }) => {
      await page.setViewportSize({ width, height });
      for (const [window, state] of [
        ['feed', 'trouble'],
        ['settings', 'trouble'],
      ] as const) {
        await page.goto(`/${window}.html?state=${state}`);
        await expect(page.locator('.mark').first()).toBeVisible();
        await expect(page.locator('.row, .ln').first()).toBeVisible();
        const over = await page.evaluate(() => {
          const wide = [...document.querySelectorAll('button, input, h1, h2, p, .proof')].filter((el) => {
            const box = el.getBoundingClientRect();
            return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
          });
          return wide.map((el) => el.outerHTML.slice(0, 120));
        });
        expect(over).toEqual([]);
      }
      expect(twin.page).toBe(page);
    });
  }

  test('every target is at least 24 pixels either way', async ({ page, twin }) => {
    await twin.open('feed', 'trouble');
    await page.getByRole('button', { name: 'Why?' }).click();
    const small = await page.locator('button:visible').evaluateAll((all) =>
      all
        .map((el) => ({
          box: el.getBoundingClientRect(),
          html: el.outerHTML.slice(0, 80),
        }))
        .filter(({ box }) => box.width < 24 || box.height < 24)
        .map(({ html }) => html),
    );
    expect(small).toEqual([]);
  });
});

test('a right-to-left window is mirrored', async ({ page, twin }) => {
  await twin.open('feed');
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  const dot = await page.locator('.dot').first().boundingBox();
  const time = await page.locator('.row time').first().boundingBox();
  expect(dot && time && dot.x > 360 && time.x < 60).toBe(true);
});

test('with motion reduced nothing moves', async ({ page, twin }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 820, height: 640 });
  await twin.open('settings', 'slow-test');
  await page.getByRole('button', { name: 'Add account' }).click();
  await page.getByLabel('XMPP address').fill('lena@birds.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.locator('.arc').last()).toBeVisible();
  expect(
    await page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length),
  ).toBe(0);
});
