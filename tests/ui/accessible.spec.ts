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
  [
    'feed',
    'busy',
    'rows selected',
    async (page) => {
      await page.locator('.row').first().waitFor();
      for (const key of ['j', 'x', 'Shift+ArrowDown']) await page.keyboard.press(key);
      await expect(page.getByRole('toolbar')).toBeVisible();
    },
  ],
  ['feed', 'busy', 'the context menu', (page) => page.locator('.row').nth(1).click({ button: 'right' })],
  ['feed', 'away'],
  [
    'feed',
    'away',
    'unfolded',
    async (page) => {
      await page.locator('.away').click();
      await expect(page.locator('.row')).toHaveCount(17);
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
  ['settings', 'busy', 'General', click('General')],
  ['settings', 'trouble', 'Diagnosis', click('Diagnosis')],
  [
    'settings',
    'trouble',
    'connections checked',
    async (page) => {
      await click('Diagnosis')(page);
      await click('Check now')(page);
      await expect(page.locator('.step.failed')).toBeVisible();
    },
  ],
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

test.describe('in Arabic', () => {
  test.use({ locale: 'ar' });

  test('the window is mirrored, and a mail’s own direction kept', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
    const dot = await page.locator('.dot').first().boundingBox();
    const time = await page.locator('.row time').first().boundingBox();
    expect(dot && time && dot.x > 360 && time.x < 60).toBe(true);
    const english = page.locator('.row .sub').nth(2);
    expect(await english.evaluate((el) => getComputedStyle(el).textAlign)).toBe('right');
  });

  test('arrows follow the eye: right folds, left unfolds, tabs go on to the left', async ({ page, twin }) => {
    await twin.open('feed', 'away');
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('j');
    await expect(page.locator('.away')).toBeFocused();
    await page.keyboard.press('ArrowLeft');
    await expect(page.locator('.row')).toHaveCount(17);
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.row')).toHaveCount(8);
    await page.getByRole('tab').first().click();
    await page.keyboard.press('ArrowLeft');
    await expect(page.getByRole('tab').nth(1)).toBeFocused();
  });

  for (const [window, state] of [
    ['feed', 'trouble'],
    ['feed', 'away'],
    ['feed', 'first-run'],
    ['settings', 'trouble'],
  ] as const) {
    test(`axe finds nothing in ${window}, ${state}`, async ({ page, twin }) => {
      if (window === 'settings') await page.setViewportSize({ width: 820, height: 640 });
      await twin.open(window, state);
      expect(await twin.faults()).toEqual([]);
    });
  }
});

test.describe('with forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('axe finds nothing, and what is chosen is told by an outline', async ({ page, twin }) => {
    await twin.open('feed');
    await page.locator('.row').first().waitFor();
    for (const key of ['j', 'x']) await page.keyboard.press(key);
    const chosen = page.locator('.row[aria-selected="true"]');
    expect(await chosen.evaluate((el) => getComputedStyle(el).outlineStyle)).toBe('solid');
    await expect(chosen.locator('.picked')).toBeVisible();
    expect(await twin.faults()).toEqual([]);
    await page.goto('/settings.html');
    await page.getByRole('button', { name: 'General' }).click();
    expect(await twin.faults()).toEqual([]);
  });
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
