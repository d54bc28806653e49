import { expect, test, type Page } from '../../ui/e2e/twin.ts';

type State = Parameters<import('../../ui/e2e/twin.ts').Twin['open']>[1];
type Case = [window: 'feed' | 'settings', state: State, how?: string, act?: (page: Page) => Promise<void>];

const press = (key: string) => (page: Page) => page.keyboard.press(key);
const click = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();

/** Goes to a page of the settings, and waits for what it shows. */
const go = (name: string, shown: string) => async (page: Page) => {
  await click(name)(page);
  await page.locator(shown).first().waitFor();
};

async function tryOut(page: Page): Promise<void> {
  await click('Add account')(page);
  await page.getByLabel('XMPP address').fill('lena@birds.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Test', exact: true })).toBeEnabled();
}

async function mailboxOnly(page: Page): Promise<void> {
  await click('Add account')(page);
  await page.getByRole('radio', { name: 'Mailbox only (IMAP)' }).check({ force: true });
  await page.getByLabel('Mail address').fill('lena@birds.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByText('All of it works.')).toBeVisible();
}

/** How windows look, as another window sets it. */
const looks = (general: object) => (page: Page) =>
  page.evaluate((held) => {
    localStorage.setItem('mailwren.twin.general', held);
    window.twin.tell({ on: 'settings' });
  }, JSON.stringify(general));

const cases: Case[] = [
  ['feed', 'busy'],
  [
    'feed',
    'busy',
    'compact rows',
    async (page) => {
      await looks({ rows: 'compact' })(page);
      await expect(page.locator('.list.compact')).toBeVisible();
    },
  ],
  [
    'feed',
    'unsaved',
    'what couldn’t be done',
    async (page) => {
      await page.locator('.row').first().waitFor();
      for (const key of ['j', 'm', 'Enter']) await page.keyboard.press(key);
      await expect(page.locator('.toast.fault')).toBeVisible();
    },
  ],
  [
    'feed',
    'long',
    'all that is held selected',
    async (page) => {
      await page.locator('.row').first().waitFor();
      await page.keyboard.press('Control+a');
      await expect(page.getByRole('button', { name: 'Select all', exact: true })).toBeVisible();
    },
  ],
  ['feed', 'passable', 'what may be passed over', click('Why?')],
  ['feed', 'first-run', 'an address that is none', click('Continue')],
  [
    'feed',
    'first-run',
    'the demo begun',
    async (page) => {
      await click('Try the demo')(page);
      await expect(page.getByText('The demo starts in a window of its own.')).toBeVisible();
    },
  ],
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
  ['feed', 'policy', 'the reason of a row', (page) => page.locator('.row').nth(1).click({ button: 'right' })],
  [
    'feed',
    'policy',
    'until when to put it off',
    async (page) => {
      await page.locator('.row').first().waitFor();
      for (const key of ['j', 's']) await page.keyboard.press(key);
      await expect(page.getByRole('menu')).toBeVisible();
    },
  ],
  ['feed', 'away'],
  [
    'feed',
    'away',
    'unfolded',
    async (page) => {
      await page.locator('.away').click();
      await expect(page.locator('.away[aria-expanded="true"]')).toBeVisible();
      await expect(page.locator('.row').nth(8)).toBeAttached();
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
  ['feed', 'proven', 'each proof shown', click('Details')],
  ['feed', 'proven-alone'],
  [
    'feed',
    'busy',
    'an empty folder',
    async (page) => {
      await page.locator('.row').first().waitFor();
      await page.keyboard.press('f');
      await page.getByRole('menuitemradio', { name: 'Builds' }).click();
      await expect(page.locator('.row')).toHaveCount(1);
      await page.evaluate(() => window.twin.remove([9]));
      await expect(page.getByText('Nothing here')).toBeVisible();
    },
  ],
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
  ['settings', 'busy', 'a mailbox alone, tested', mailboxOnly],
  [
    'settings',
    'busy',
    'faults in the form of a mailbox',
    async (page) => {
      await click('Add account')(page);
      await page.getByRole('radio', { name: 'Mailbox only (IMAP)' }).check({ force: true });
      await page.getByText('Advanced').click();
      await page.getByLabel('Port').fill('imap');
      await page.getByLabel('Watched folders').fill('');
      await click('Add account')(page);
      await expect(page.locator('.wrong')).toHaveCount(4);
    },
  ],
  ['settings', 'mailboxes'],
  [
    'settings',
    'untrusted-mailbox',
    'a mail server’s certificate in question',
    async (page) => {
      await click(/^Edit .*Home/)(page);
      await page.getByRole('switch', { name: 'Mailbox (IMAP)' }).click();
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await expect(page.getByRole('button', { name: 'Trust this certificate' })).toBeVisible();
    },
  ],
  [
    'settings',
    'slow-test',
    'a test that runs',
    async (page) => {
      await click('Add account')(page);
      await page.getByLabel('XMPP address').fill('lena@birds.example');
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await expect(page.locator('.step.running')).toBeVisible();
    },
  ],
  [
    'settings',
    'unsaved',
    'an account that couldn’t be saved',
    async (page) => {
      await click('Add account')(page);
      await page.getByLabel('XMPP address').fill('lena@birds.example');
      await page.getByLabel('Password').fill('hunter2');
      await page.locator('.end .go').click();
      await expect(page.locator('.cause.fault')).toBeVisible();
    },
  ],
  [
    'settings',
    'unsaved',
    'a setting that couldn’t be saved',
    async (page) => {
      await click('General')(page);
      await page.getByRole('switch', { name: 'Single letters are commands' }).click();
      await expect(page.locator('.toast.fault')).toBeVisible();
    },
  ],
  [
    'settings',
    'busy',
    'the question before mail is kept for a shorter time',
    async (page) => {
      await click('General')(page);
      await page.getByLabel('Keep mail in the feed').fill('7');
      await page.getByLabel('Keep mail in the feed').press('Enter');
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  ],
  [
    'settings',
    'busy',
    'a file that isn’t taken in',
    async (page) => {
      await click('General')(page);
      const buffer = Buffer.from('theme = "plaid"\n');
      await page
        .locator('[type="file"]')
        .setInputFiles({ name: 'mine.toml', mimeType: 'text/plain', buffer });
      await expect(page.locator('.cause.fault')).toBeVisible();
    },
  ],
  ['settings', 'mailboxes', 'a mailbox edited', click(/^Edit .*Post/)],
  ['settings', 'mailboxes', 'a mailbox beside XMPP', click(/^Edit .*Home/)],
  ['settings', 'policy', 'Notifications', go('Notifications', '.week')],
  [
    'settings',
    'policy',
    'hours chosen, and times that are none',
    async (page) => {
      await go('Notifications', '.week')(page);
      await page.getByLabel('from', { exact: true }).first().fill('soon');
      await page.getByLabel('more than').fill('many');
      await page.locator('[data-cell="0-22"]').focus();
      await page.keyboard.press('Shift+ArrowDown');
      await expect(page.locator('.c.chosen')).toHaveCount(2);
    },
  ],
  ['settings', 'policy', 'Rules', go('Rules', '.rule')],
  ['settings', 'busy', 'no rules', go('Rules', '.none')],
  [
    'settings',
    'policy',
    'where a rule is moved to',
    async (page) => {
      await go('Rules', '.rule')(page);
      await page.locator('.grip').first().click();
      await expect(page.getByRole('menu')).toBeVisible();
    },
  ],
  [
    'settings',
    'policy',
    'a rule edited',
    async (page) => {
      await go('Rules', '.rule')(page);
      await page.locator('.edit').nth(1).click();
      await expect(page.locator('.preview li').first()).toBeVisible();
    },
  ],
  [
    'settings',
    'policy',
    'a broken rule edited',
    async (page) => {
      await go('Rules', '.rule')(page);
      await page.locator('.edit').nth(3).click();
      await expect(page.locator('.preview .wrong')).toBeVisible();
    },
  ],
  [
    'settings',
    'policy',
    'the question before a broken rule is removed',
    async (page) => {
      await go('Rules', '.rule')(page);
      await click(/^Remove .*Winter/)(page);
      await expect(page.getByRole('dialog')).toBeVisible();
    },
  ],
  ['settings', 'unread-policy', 'rules unread', go('Rules', '.fault')],
  [
    'settings',
    'unread-accounts',
    'accounts unread',
    (page) => page.getByRole('button', { name: 'Try again' }).waitFor(),
  ],
  [
    'feed',
    'busy',
    'with a bridge, a row selected',
    async (page) => {
      await page.evaluate(() => window.twin.reach(true));
      await page.locator('.row').nth(1).hover();
      for (const key of ['j', 'x']) await page.keyboard.press(key);
      await expect(page.getByRole('toolbar').getByRole('button', { name: 'Archive' })).toBeVisible();
    },
  ],
  ['settings', 'busy', 'General', click('General')],
  [
    'settings',
    'busy',
    'starting at login',
    async (page) => {
      await click('General')(page);
      await page.getByRole('switch', { name: 'Start at login' }).click();
      await expect(page.getByRole('switch', { name: 'Without a window' })).toBeVisible();
    },
  ],
  [
    'settings',
    'busy',
    'where an account is moved to',
    async (page) => {
      await page.locator('.grip').nth(1).click();
      await expect(page.getByRole('menu')).toBeVisible();
    },
  ],
  ['settings', 'trouble', 'Diagnosis', click('Diagnosis')],
  [
    'settings',
    'trouble',
    'the end of the log',
    async (page) => {
      await click('Diagnosis')(page);
      await page.locator('.log summary').click();
      await expect(page.locator('.log textarea')).toBeVisible();
    },
  ],
  ['settings', 'unsaved', 'a log that can’t be read', go('Diagnosis', '.fault')],
  [
    'settings',
    'trouble',
    'connections checked',
    async (page) => {
      await click('Diagnosis')(page);
      await click('Check now')(page);
      await expect(page.locator('.step.failed').nth(2)).toBeVisible();
    },
  ],
];

test.describe('as people set their desktop', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });
  for (const [window, state, how, act] of cases) {
    test(`axe finds nothing in ${window}, ${state}${how ? `, ${how}` : ''}`, async ({ page, twin }) => {
      if (window === 'settings') await page.setViewportSize({ width: 820, height: 640 });
      await twin.open(window, state);
      if (state !== 'loading') await expect(page.locator('h2, h1').first()).toBeAttached();
      await act?.(page);
      // What it opens may have to be loaded.
      await expect(page.locator('h1').first()).toBeAttached();
      // High contrast changes colours alone: the plain states tell.
      for (const contrast of act ? (['no-preference'] as const) : (['no-preference', 'more'] as const)) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, contrast });
          expect(await twin.faults(), `${colorScheme}, contrast ${contrast}`).toEqual([]);
        }
      }
    });
  }
});

/** Controls that stick out of the window, or are cut off at a side. */
function overhanging(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, textarea, summary, h1, h2, p, .proof, .c')]
      .filter((el) => {
        const box = el.getBoundingClientRect();
        return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
      })
      .map((el) => el.outerHTML.slice(0, 120)),
  );
}

/** Goes round by Tab: what doesn't show that it has the focus, and what isn't reached. */
async function lostByTab(page: Page): Promise<string[]> {
  const lost: string[] = [];
  for (let at = 0; at < 200; at += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const el = document.activeElement;
      if (!(el instanceof HTMLElement) || el === document.body) return { seen: false, unshown: null };
      const seen = 'seen' in el.dataset;
      el.dataset['seen'] = '';
      // A control that is drawn by its neighbour has the outline there.
      const shown = [el, el.nextElementSibling].some(
        (one) => one && getComputedStyle(one).outlineStyle !== 'none',
      );
      return { seen, unshown: shown ? null : el.outerHTML.slice(0, 120) };
    });
    if (stop.seen) break;
    if (stop.unshown) lost.push(`no focus to be seen: ${stop.unshown}`);
  }
  const missed = await page.evaluate(() => {
    const ground = document.querySelector('dialog[open]') ?? document.body;
    return [...ground.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary')]
      .filter((el) => el.tabIndex >= 0 && !el.matches(':disabled') && el.checkVisibility())
      .filter((el) => !(el instanceof HTMLInputElement && el.type === 'radio' && !el.checked))
      .filter((el) => !('seen' in el.dataset))
      .map((el) => `not reached: ${el.outerHTML.slice(0, 120)}`);
  });
  return [...lost, ...missed];
}

test.describe('in every state', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });
  for (const [window, state, how, act] of cases) {
    test(`nothing is lost small, mirrored, in forced colours, or by Tab in ${window}, ${state}${how ? `, ${how}` : ''}`, async ({
      page,
      twin,
    }) => {
      test.slow();
      // As at 200 % in windows of the usual size.
      await page.setViewportSize(
        window === 'feed' ? { width: 200, height: 320 } : { width: 410, height: 310 },
      );
      await twin.open(window, state);
      await page.evaluate(() => (document.documentElement.dir = 'rtl'));
      await act?.(page);
      // What it opens may have to be loaded.
      await expect(page.locator('h1').first()).toBeAttached();
      expect(await overhanging(page)).toEqual([]);
      const moving = () => document.getAnimations().filter((a) => a.playState === 'running').length;
      expect(await page.evaluate(moving)).toBe(0);
      await page.emulateMedia({ forcedColors: 'active' });
      expect(await twin.faults()).toEqual([]);
      // A menu is left by Tab: its keys are arrows.
      if ((await page.getByRole('menu').count()) > 0) await page.keyboard.press('Escape');
      expect(await lostByTab(page)).toEqual([]);
    });
  }
});

for (const language of ['de', 'ar'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    test(`axe finds nothing on the pages of the settings in ${language}, ${theme}`, async ({
      page,
      twin,
    }) => {
      await page.addInitScript(
        (held) => localStorage.setItem('mailwren.twin.general', held),
        JSON.stringify({ language, theme }),
      );
      await page.setViewportSize({ width: 820, height: 640 });
      await twin.open('settings', 'trouble');
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      const pages = await page.locator('.nav').count();
      for (let at = 1; at < pages; at += 1) {
        await page.locator('.nav').nth(at).click();
        await page.locator('.setting, .about, .hint').first().waitFor();
        expect(await twin.faults()).toEqual([]);
      }
      await page.locator('.subhead .b').first().click();
      await expect(page.locator('.step.failed').nth(2)).toBeVisible();
      expect(await twin.faults()).toEqual([]);
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
      for (const [window, state, nav, edited] of [
        ['feed', 'trouble'],
        ['settings', 'trouble'],
        ['settings', 'policy', 'Notifications'],
        ['settings', 'policy', 'Rules'],
        ['settings', 'policy', 'Rules', true],
        ['settings', 'busy', 'General'],
      ] as const) {
        await page.goto(`/${window}.html?state=${state}`);
        await expect(page.locator('.mark').first()).toBeVisible();
        if (nav) await page.getByRole('button', { name: nav }).click();
        await expect(page.locator('.row, .ln, .setting').first()).toBeVisible();
        if (edited) await page.locator('.edit').first().click();
        expect(await overhanging(page)).toEqual([]);
      }
      expect(twin.page).toBe(page);
    });
  }
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

  for (const [window, state, nav] of [
    ['feed', 'trouble'],
    ['feed', 'away'],
    ['feed', 'first-run'],
    ['settings', 'trouble'],
    ['settings', 'policy', '.nav:nth-of-type(2)'],
    ['settings', 'policy', '.nav:nth-of-type(3)'],
  ] as const) {
    test(`axe finds nothing in ${window}, ${state}${nav ?? ''}`, async ({ page, twin }) => {
      if (window === 'settings') await page.setViewportSize({ width: 820, height: 640 });
      await twin.open(window, state);
      if (nav) {
        await page.locator(nav).click();
        await page.locator('.week, .rule').first().waitFor();
      }
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
    await page.goto('/settings.html?state=policy');
    for (const name of ['General', 'Rules', 'Notifications']) {
      await page.getByRole('button', { name }).click();
      await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
      expect(await twin.faults()).toEqual([]);
    }
    const [still, ground] = await page.evaluate(() =>
      ['.still', '.page'].map(
        (one) => getComputedStyle(document.querySelector(one) as Element).backgroundColor,
      ),
    );
    expect(still).not.toBe(ground);
  });
});
