import { bar, focused, from, rows, unread } from '../../ui/e2e/feed.ts';
import { expect, test, type Page } from '../../ui/e2e/twin.ts';

test.describe('the list', () => {
  test('groups mail by day and says who, what, where and when', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(page.locator('.day h2')).toHaveText(['Today', 'Yesterday', 'Friday 20 November']);
    const first = rows(page).first();
    await expect(first).toContainText('Miriam');
    await expect(first).toContainText('Schlüsselübergabe am Donnerstag, 17:30 Uhr');
    await expect(first.locator('.chip')).toHaveText('Home');
    await expect(first.locator('time')).toHaveText('2 min');
    await expect(first.locator('time')).toHaveAttribute('title', /Tuesday.*24 November 2026/);
    await expect(first).toHaveAccessibleName(/^Unread, Miriam, Schlüsselübergabe .*, Home, 2 min$/);
    await expect(rows(page).nth(2).locator('.chip')).toHaveText('Work / Builds');
  });

  test('shows a change as that box’s, never as new mail', async ({ page, twin }) => {
    await twin.open('feed', 'single');
    await expect(rows(page)).toHaveCount(2);
    await expect(rows(page).first().locator('.who')).toHaveText(/Inbox.* changed/);
    await expect(page.locator('#mail')).not.toContainText(/new mail/i);
    await expect(page.locator('.chip'), 'left out with one account').toHaveCount(0);
    await expect(page.getByRole('tab')).toHaveCount(0);
  });

  test('each line tells its place among all that can be seen', async ({ page, twin }) => {
    await twin.open('feed', 'away');
    const grid = page.getByRole('treegrid', { name: 'Mail' });
    const lines = grid.getByRole('row');
    const places = () => lines.evaluateAll((all) => all.map((row) => Number(row.ariaRowIndex)));
    const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
    await expect(page.locator('.row').first()).toBeVisible();
    expect(await places()).toEqual(upTo(await lines.count()));
    await expect(grid).toHaveAttribute('aria-rowcount', String(await lines.count()));
    await page.locator('.away').click();
    await expect(page.locator('.row')).toHaveCount(17);
    expect(await places()).toEqual(upTo(await lines.count()));
    await expect(grid).toHaveAttribute('aria-rowcount', String(await lines.count()));
    expect(await lines.evaluateAll((all) => all.slice(0, 5).map((row) => row.ariaLevel))).toEqual([
      ...['1', '1', '1', '1'],
      '2',
    ]);
  });

  test('a line that isn’t drawn is counted', async ({ page, twin }) => {
    await twin.open('feed', 'long');
    await expect(page.locator('#row-5000')).toHaveAttribute('aria-rowindex', '2');
    await page.keyboard.press('End');
    const place = Number(await page.locator('.row:focus').getAttribute('aria-rowindex'));
    expect(place).toBeGreaterThan(100);
    await expect(page.getByRole('grid', { name: 'Mail' })).toHaveAttribute('aria-rowcount', '-1');
  });

  test('strikes what is gone and keeps it legible', async ({ page, twin }) => {
    await twin.open('feed');
    const gone = page.locator('.row.gone');
    await expect(gone).toHaveAccessibleName(/^Read, moved or deleted elsewhere, Choir list/);
    await expect(page.locator('.row.system')).toHaveText(/Lists.* was emptied/);
  });

  test('reads on when its end comes near', async ({ page, twin }) => {
    await twin.open('feed', 'long');
    await expect(rows(page).first()).toContainText('Report 5000');
    await page.locator('#mail').evaluate((pane) => (pane.scrollTop = pane.scrollHeight));
    await expect(page.locator('#row-4901')).toBeAttached();
    await expect.poll(() => twin.asked('feed')).toContainEqual(expect.objectContaining({ before: 4901 }));
    await page.locator('#mail').evaluate((pane) => (pane.scrollTop = pane.scrollHeight));
    await expect(page.locator('#row-4801')).toBeAttached();
  });

  test('draws what is near only, and keeps its place when it is scrolled', async ({ page, twin }) => {
    await twin.open('feed', 'long');
    const pane = page.locator('#mail');
    await expect(rows(page).first()).toBeVisible();
    for (const seq of [4901, 4801, 4701, 4601]) {
      await pane.evaluate((el) => (el.scrollTop = el.scrollHeight));
      await expect(page.locator(`#row-${seq}`)).toBeAttached();
    }
    await expect.poll(() => rows(page).count()).toBeLessThan(250);
    await expect(page.locator('#row-5000')).not.toBeAttached();
    await pane.evaluate((el) => (el.scrollTop = 0));
    await expect(page.locator('#row-5000')).toBeVisible();
    await page.keyboard.press('j');
    await expect(focused(page)).toContainText('Report 5000');
  });
});

test.describe('while you were away', () => {
  const away = (page: Page) => page.locator('.away');

  test('what came late and all at once is one line that counts and names', async ({ page, twin }) => {
    await twin.open('feed', 'away');
    await expect(away(page)).toHaveAccessibleName(
      /^While you were away: 9 mails, 6 unread, .*Miriam.*Jonas.*ليلى.* and 4 more, .*22:12.*07:40$/,
    );
    await expect(away(page)).toHaveAttribute('aria-expanded', 'false');
    await expect(rows(page)).toHaveCount(8);
  });

  test('it is one stop of the keys, unfolds by Enter and folds by the arrow', async ({ page, twin }) => {
    await twin.open('feed', 'away');
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('j');
    await expect(away(page)).toBeFocused();
    await page.keyboard.press('j');
    await expect(focused(page)).toContainText('Tomasz');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await expect(rows(page)).toHaveCount(17);
    await expect(focused(page)).toContainText('Miriam');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowLeft');
    await expect(rows(page)).toHaveCount(8);
    await expect(away(page)).toBeFocused();
  });

  test('folded, it is read as a whole', async ({ page, twin }) => {
    await twin.open('feed', 'away');
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('j');
    await expect(away(page)).toBeFocused();
    await page.keyboard.press('r');
    await expect(away(page)).not.toHaveClass(/unread/);
    await expect(bar(page)).toContainText('Marked 9 read');
  });

  test('what is searched for or unread isn’t folded away', async ({ page, twin }) => {
    await twin.open('feed', 'away');
    await page.keyboard.press('u');
    await expect(away(page)).toHaveCount(0);
    await expect(rows(page)).toHaveCount(8);
  });
});

test.describe('by pointer', () => {
  test('the link’s host is shown before it is opened', async ({ page, twin }) => {
    await twin.open('feed');
    await rows(page).first().hover();
    const open = rows(page)
      .first()
      .getByRole('button', { name: /Open at .*webmail\.home\.example/ });
    await expect(open).toContainText('webmail.home.example');
    await open.click();
    expect(await twin.asked('open_link')).toEqual([{ open_link: 11 }]);
  });

  test('what is opened is named in button and menu, also where it isn’t the link', async ({ page, twin }) => {
    await twin.open('feed');
    const first = rows(page).first();
    const open = first.locator('.open');
    await twin.change(1, { opens: { webmail: 'mail.example.net' } });
    await expect(open).toHaveText('mail.example.net');
    await twin.change(1, { link: null, message_id: 'a@home.example', opens: { program: 'Thunderbird' } });
    await expect(open).toHaveText('Thunderbird');
    await first.click({ button: 'right' });
    await expect(page.getByRole('menuitem', { name: /Open in .*Thunderbird/ })).toBeVisible();
    await page.keyboard.press('Escape');
    await twin.change(1, { opens: 'mid' });
    await expect(open).toHaveAccessibleName('Open in the mail program');
    await open.click();
    expect(await twin.asked('open_link')).toEqual([{ open_link: 11 }]);
  });

  test('an account that is edited may open its mails in another way', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(rows(page).first().locator('.open')).toHaveText('webmail.home.example');
    await page.evaluate(() => {
      const { twin } = window;
      twin.script.rows = twin.script.rows.map((row) => ({ ...row, opens: { program: 'mua' } }));
      twin.tell({ on: 'accounts' });
    });
    await expect(rows(page).first().locator('.open')).toHaveText('mua');
  });

  test('mark all read marks what there was, and undo gives exactly that back', async ({ page, twin }) => {
    await twin.open('feed');
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('menuitem', { name: 'Mark all read' }).click();
    await expect(unread(page)).toHaveCount(0);
    await expect(bar(page)).toContainText('Marked 4 read');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(unread(page)).toHaveCount(4);
  });

  test('more than can be given back are marked on a second yes alone', async ({ page, twin }) => {
    await twin.open('feed', 'huge');
    await expect(rows(page).first()).toBeVisible();
    await page.evaluate(() => {
      const { script } = window.twin;
      script.rows = script.rows.slice(0, 6000).map((row) => ({ ...row, unread: true }));
    });
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('menuitem', { name: 'Mark all read' }).click();
    await expect(bar(page)).toContainText('More than 5,000 are unread: marking them can’t be undone');
    expect(await twin.asked('mark_all_read')).toEqual([]);
    await bar(page).getByRole('button', { name: 'Mark all read' }).click();
    await expect(bar(page)).toContainText('Marked 6,000 read');
    await expect(bar(page).getByRole('button', { name: 'Undo' })).toHaveCount(0);
  });

  test('the engine’s own menu comes in fields and over text that can be taken, nowhere else', async ({
    page,
    twin,
  }) => {
    await twin.open('feed', 'trouble');
    await page.getByRole('button', { name: 'Why?' }).click();
    const kept = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((at) =>
          at.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })),
        );
    expect(await kept('.bar')).toBe(false);
    expect(await kept('.day h2')).toBe(false);
    expect(await kept('.tab')).toBe(false);
    expect(await kept('.search .f')).toBe(true);
    expect(await kept('.cause p')).toBe(true);
    await twin.open('settings', 'trouble');
    await expect(page.locator('.ln').first()).toBeVisible();
    expect(await kept('.side')).toBe(false);
    expect(await kept('.ln .t')).toBe(true);
  });

  test('the bar covers nothing, says all of it, and what has the focus stays in sight', async ({
    page,
    twin,
  }) => {
    await page.setViewportSize({ width: 320, height: 360 });
    await twin.open('feed');
    await expect(rows(page)).toHaveCount(11);
    // The last that is wholly in sight is the first that the bar would lie upon.
    const pane = await page.locator('#mail').boundingBox();
    const boxes = await rows(page).evaluateAll((all) => all.map((row) => row.getBoundingClientRect().bottom));
    const end = (pane?.y ?? 0) + (pane?.height ?? 0);
    const last = boxes.findLastIndex((bottom) => bottom <= end);
    for (let at = 0; at <= last; at += 1) await page.keyboard.press('j');
    await page.keyboard.press('r');
    await expect(bar(page)).toBeVisible();
    const seen = async () => {
      const [row, toast] = await Promise.all([focused(page).boundingBox(), bar(page).boundingBox()]);
      return (row?.y ?? 0) + (row?.height ?? 0) - (toast?.y ?? 0);
    };
    await expect.poll(seen).toBeLessThanOrEqual(0);
    const cut = () =>
      bar(page).evaluate((el) => [...el.children].some((one) => one.scrollWidth > one.clientWidth));
    expect(await cut()).toBe(false);
    await twin.arrive({ ...from('Ada'), subject: 'A subject of a great many words '.repeat(5) });
    await expect(page.locator('.fresh')).toBeVisible();
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await expect(bar(page)).toContainText('great many words');
    expect(await cut()).toBe(false);
  });

  test('a refused mark is taken back and said', async ({ page, twin }) => {
    await twin.open('feed');
    await page.evaluate(() => {
      window.twin.script.refused = {
        mark: { code: 'internal', message: 'The disk is full.', hint: null },
      };
    });
    await rows(page).first().hover();
    await rows(page).first().getByRole('button', { name: 'Mark read' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'The disk is full.' })).toBeVisible();
    await expect(unread(page)).toHaveCount(4);
  });

  test('tabs work by arrows as well', async ({ page, twin }) => {
    await twin.open('feed');
    await page.getByRole('tab', { name: /All/ }).click();
    await page.keyboard.press('ArrowRight');
    await expect(page.getByRole('tab', { name: /Home/ })).toBeFocused();
    await expect(page.locator('.chip')).toHaveText(['Rechnungen']);
  });
});

test.describe('states', () => {
  test('the line says what is proven, of each', async ({ page, twin }) => {
    await twin.open('feed', 'single');
    await expect(page.locator('.proof')).toContainText(/Connected push proven .*\d s.* ago/);
    await page.clock.fastForward(60_000);
    await expect(page.locator('.proof')).toContainText(/push proven .*1 min.* ago/);
  });

  test('each proof can be seen, with when its mail server was reached', async ({ page, twin }) => {
    await twin.open('feed', 'proven');
    await expect(page.locator('.proof')).toContainText(/All 3 connected push of each proven within .*3 min/);
    await page.getByRole('button', { name: 'Details' }).click();
    await expect(page.locator('.cause')).toHaveText([
      /Home.*push proven .*[45]\d s.* ago.*, mail server reached .*2 min.* ago/,
      /Work.*push proven .*1 min.* ago.*, mail server reached .*9 min.* ago/,
      /Choir.* push proven .*3 min.* ago/,
    ]);
  });

  for (const state of ['busy', 'single', 'trouble', 'offline', 'proven'] as const) {
    for (const width of [200, 320, 400, 900]) {
      test(`the chart is to be seen, whole, at ${width} pixels in ${state}`, async ({ page, twin }) => {
        await page.setViewportSize({ width, height: 640 });
        await twin.open('feed', state);
        const chart = page.locator('.spark svg');
        await expect(chart).toBeVisible();
        const whole = await chart.evaluate((svg) => {
          const box = svg.getBoundingClientRect();
          const { right, bottom } = box;
          const corners = [
            [box.left + 1, box.top + 1],
            [right - 1, bottom - 1],
          ] as const;
          return box.width === 95 && corners.every(([x, y]) => svg.contains(document.elementFromPoint(x, y)));
        });
        expect(whole).toBe(true);
      });
    }
  }

  test('“Why?” tells each trouble with what to do, and tries again', async ({ page, twin }) => {
    await twin.open('feed', 'trouble');
    await page.getByRole('button', { name: 'Why?' }).click();
    await expect(page.getByText('the feed shows everything meanwhile')).toBeVisible();
    await expect(page.getByText('Check the address and the password.')).toBeVisible();
    await expect(page.getByText('This account isn’t allowed to read it.')).toBeVisible();
    await page.getByRole('button', { name: 'Try now' }).click();
    expect(await twin.asked('retry')).toEqual([{ do: 'retry', jid: 'l.brandt@work.example' }]);
    await page.getByRole('button', { name: 'All of it in Diagnosis' }).click();
    const errand = { page: 'diagnosis' };
    expect(await twin.asked('show_window')).toEqual([{ show_window: 'settings', errand }]);
  });

  test('an account that is removed while it alone is shown gives way to all', async ({ page, twin }) => {
    await twin.open('feed');
    await page.getByRole('tab', { name: /Work/ }).click();
    await expect(rows(page)).toHaveCount(2);
    await page.evaluate(() =>
      window.twin.answer({ do: 'remove_account', jid: 'l.brandt@work.example', forget: false }),
    );
    await expect(page.getByRole('tab', { name: /All/ })).toHaveAttribute('aria-selected', 'true');
    await expect(rows(page)).toHaveCount(11);
  });

  test('offline keeps the mail and says when it is tried', async ({ page, twin }) => {
    await twin.open('feed', 'offline');
    await expect(page.locator('.proof')).toContainText(/Offline next try in .*\d s/);
    await expect(rows(page)).toHaveCount(11);
  });

  test('no account: what it is, and one question', async ({ page, twin }) => {
    await twin.open('feed', 'first-run');
    const jid = page.getByLabel('XMPP address');
    await expect(jid).toBeFocused();
    await page.keyboard.type('lena');
    await page.keyboard.press('Enter');
    await expect(jid).toHaveAccessibleDescription('An address looks like you@example.org.');
    expect(await twin.asked('show_window')).toEqual([]);
    await jid.fill('lena@birds.example');
    await page.getByRole('button', { name: 'Continue' }).click();
    const errand = { page: 'account', jid: 'lena@birds.example' };
    expect(await twin.asked('show_window')).toEqual([{ show_window: 'settings', errand }]);
  });

  test('the demo needs nothing, and says that it starts', async ({ page, twin }) => {
    await twin.open('feed', 'first-run');
    await page.getByRole('button', { name: 'Try the demo' }).click();
    await expect(page.getByText('The demo starts in a window of its own.')).toBeVisible();
    expect(await twin.asked('start_demo')).toHaveLength(1);
  });

  test('an error says what to do, and is tried again', async ({ page, twin }) => {
    await twin.open('feed', 'error');
    await expect(page.getByRole('alert').filter({ hasText: 'Make room on the disk' })).toBeVisible();
    await page.evaluate(() => (window.twin.script.refused = {}));
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(rows(page)).toHaveCount(11);
  });

  test('nothing unread leads back to all', async ({ page, twin }) => {
    await twin.open('feed', 'unread-none');
    await page.keyboard.press('u');
    await page.getByRole('button', { name: 'Show all mail' }).click();
    await expect(rows(page)).toHaveCount(11);
  });

  test('arrivals can be heard as a table', async ({ page, twin }) => {
    await twin.open('feed');
    const table = page.getByRole('table', {
      name: '37 mails in the last 24 hours',
    });
    await expect(table.getByRole('row')).toHaveCount(25);
    await expect(table.getByRole('row').last()).toHaveText(/10:00\s*3/);
  });

  test('German speaks German throughout', async ({ browser, baseURL }) => {
    const page = await browser.newPage({
      locale: 'de-DE',
      ...(baseURL ? { baseURL } : {}),
    });
    await page.goto('/feed.html');
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    await expect(page.locator('.day h2').first()).toHaveText('Heute');
    await page.keyboard.press('?');
    await expect(page.locator('.keys')).toContainText('Eingabe');
    await expect(page.locator('.keys')).toContainText('Umschalt ↓');
    await expect(page.locator('.keys')).not.toContainText(/Ctrl|Enter|Shift|Del/);
    await page.keyboard.press('Escape');
    await page.locator('.bar .menu').last().getByRole('button').click();
    await expect(page.getByRole('menuitem', { name: 'Einstellungen' })).toContainText('Strg ,');
    await page.keyboard.press('Escape');
    await expect(page.getByPlaceholder('Suchen')).toBeVisible();
    await page.close();
  });
});
