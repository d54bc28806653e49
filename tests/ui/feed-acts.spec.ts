import { bar, focused, from, rows, unread } from '../../ui/e2e/feed.ts';
import { expect, test, type Page, type Twin } from '../../ui/e2e/twin.ts';

test.describe('selection', () => {
  test('X selects, Shift and arrows select on, R marks all read, Z gives exactly that back', async ({
    page,
    twin,
  }) => {
    await twin.open('feed');
    await expect(rows(page)).toHaveCount(11);
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await expect(page.getByRole('toolbar', { name: '3 selected' })).toBeVisible();
    await expect(page.locator('.row[aria-selected="true"]')).toHaveCount(3);
    await expect(focused(page)).toContainText('Build server');
    await page.keyboard.press('r');
    await expect(unread(page)).toHaveCount(2);
    await expect(bar(page)).toContainText('Marked 3 read');
    await expect(page.getByRole('toolbar')).toHaveCount(0);
    expect(await twin.asked('mark')).toEqual([{ do: 'mark', seqs: [11, 10], read: true }]);
    await page.keyboard.press('z');
    await expect(unread(page)).toHaveCount(4);
  });

  test('Ctrl and Shift clicks select, a plain click gives up', async ({ page, twin }) => {
    await twin.open('feed');
    await rows(page)
      .nth(0)
      .click({ modifiers: ['Control'] });
    await rows(page)
      .nth(4)
      .click({ modifiers: ['Shift'] });
    await expect(page.locator('.row[aria-selected="true"]')).toHaveCount(5);
    await rows(page)
      .nth(2)
      .click({ modifiers: ['Control'] });
    await expect(page.locator('.row[aria-selected="true"]')).toHaveCount(4);
    await page.getByRole('toolbar').getByRole('button', { name: 'Mark read' }).click();
    expect(await twin.asked('mark')).toEqual([{ do: 'mark', seqs: [11, 10, 8, 7], read: true }]);
    await rows(page)
      .nth(0)
      .click({ modifiers: ['Control'] });
    await rows(page).nth(6).click();
    await expect(page.getByRole('toolbar')).toHaveCount(0);
  });

  test('Ctrl+A selects all, Escape none, and the window stays', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(rows(page)).toHaveCount(11);
    await page.keyboard.press('Control+a');
    await expect(page.getByRole('toolbar', { name: '11 selected' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('toolbar')).toHaveCount(0);
    expect(await twin.asked('close_window')).toEqual([]);
  });

  test('Ctrl+A says that more isn’t loaded, and takes all of it up to a bound', async ({ page, twin }) => {
    await twin.open('feed', 'long');
    await expect(rows(page).first()).toBeVisible();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    const toolbar = page.getByRole('toolbar');
    const more = toolbar.getByRole('button', { name: 'Select all', exact: true });
    await expect(toolbar).toHaveAccessibleName('One selected');
    await expect(more).toHaveCount(0);
    await page.keyboard.press('Control+a');
    await expect(toolbar).toContainText('100 selected, more aren’t loaded');
    await expect(page.locator('p[role="status"]')).toHaveText('100 selected, more aren’t loaded');
    await more.click();
    await expect(toolbar).toHaveAccessibleName('1,000 selected, no more at once');
    await expect(page.locator('p[role="status"]')).toHaveText('1,000 selected, no more at once');
    await expect(more).toHaveCount(0);
    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await expect(rows(page)).toHaveCount(4);
    await page.keyboard.press('Control+a');
    await expect(toolbar).toHaveAccessibleName('4 selected');
    await expect(more).toHaveCount(0);
  });

  test('all of some hundreds are archived together, what is stored comes in their place, and all come back', async ({
    page,
    twin,
  }) => {
    await twin.open('feed', 'long');
    await expect(rows(page).first()).toBeVisible();
    await page.evaluate(() => {
      window.twin.script.rows = window.twin.script.rows.slice(0, 640);
      window.twin.reach(true);
    });
    await page.keyboard.press('Control+a');
    const toolbar = page.getByRole('toolbar');
    await toolbar.getByRole('button', { name: 'Archive' }).click();
    await expect(rows(page).first()).toContainText('Report 4900');
    await expect(bar(page)).toContainText('100 archived');
    await page.keyboard.press('Control+a');
    await toolbar.getByRole('button', { name: 'Select all', exact: true }).click();
    await expect(toolbar).toHaveAccessibleName('540 selected');
    await toolbar.getByRole('button', { name: 'Archive' }).click();
    await expect(page.getByText('No mail yet')).toBeVisible();
    const acts = (await twin.asked('act')) as { seqs: number[] }[];
    expect(acts.map(({ seqs }) => seqs.length)).toEqual([100, 500, 40]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(rows(page).first()).toContainText('Report 4900');
    await expect(page.locator('.fresh'), 'what comes back isn’t new').toHaveCount(0);
  });

  test('new mail waits while something is selected', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(rows(page)).toHaveCount(11);
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await twin.arrive(from('Ada'));
    await expect(page.locator('.fresh')).toHaveText('1 new');
    await page.keyboard.press('Escape');
    await expect(rows(page).first()).toContainText('Ada');
  });
});

test.describe('in the mailbox', () => {
  const row = (page: Page, n: number) => page.locator('.row').nth(n);
  const menu = (page: Page) => page.getByRole('menu');
  const toolbar = (page: Page) => page.getByRole('toolbar');

  async function reached(page: Page, twin: Twin): Promise<void> {
    await twin.open('feed');
    await row(page, 0).waitFor();
    await page.evaluate(() => window.twin.reach(true));
    await expect(row(page, 0).getByRole('button', { name: 'Archive' })).toBeAttached();
  }

  test('E archives, the next row has the keyboard, and Undo brings it back', async ({ page, twin }) => {
    await reached(page, twin);
    for (const key of ['j', 'e']) await page.keyboard.press(key);
    await expect(rows(page)).toHaveCount(10);
    await expect(rows(page).first()).not.toContainText('Miriam');
    await expect(rows(page).first()).toBeFocused();
    await expect(bar(page)).toContainText('Archived');
    expect(await twin.asked('act')).toMatchObject([{ act: 'archive' }]);
    await page.keyboard.press('z');
    await expect(rows(page).first()).toContainText('Miriam');
    await expect(rows(page).first()).toHaveClass(/unread/);
    expect(await twin.asked('undo_act')).toHaveLength(1);
  });

  for (const key of ['#', 'Delete']) {
    test(`${key} deletes`, async ({ page, twin }) => {
      await reached(page, twin);
      for (const pressed of ['j', key]) await page.keyboard.press(pressed);
      await expect(bar(page)).toContainText('Moved to the trash');
      await expect(rows(page)).toHaveCount(10);
      expect(await twin.asked('act')).toMatchObject([{ act: 'delete' }]);
    });
  }

  test('a row’s buttons and its menu do the same', async ({ page, twin }) => {
    await reached(page, twin);
    await row(page, 0).hover();
    await row(page, 0).getByRole('button', { name: 'Delete' }).click();
    await expect(rows(page)).toHaveCount(10);
    await row(page, 0).click({ button: 'right' });
    await menu(page).getByRole('menuitem', { name: 'Junk' }).click();
    await expect(rows(page)).toHaveCount(9);
    await expect(rows(page).first()).toBeFocused();
    expect(await twin.asked('act')).toMatchObject([{ act: 'delete' }, { act: 'junk' }]);
  });

  test('what is selected goes together, and comes back together', async ({ page, twin }) => {
    await reached(page, twin);
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
    await toolbar(page).getByRole('button', { name: 'Archive' }).click();
    await expect(bar(page)).toContainText('2 archived');
    await expect(rows(page)).toHaveCount(9);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(rows(page)).toHaveCount(11);
  });

  test('what couldn’t be done is told, and the row is back', async ({ page, twin }) => {
    await reached(page, twin);
    await page.evaluate(() => {
      const message = 'The bridge isn’t there at present.';
      window.twin.script.refused = { act: { code: 'refused', message, hint: null } };
    });
    for (const key of ['j', 'e']) await page.keyboard.press(key);
    await expect(page.getByRole('alert').filter({ hasText: 'The bridge isn’t there' })).toBeVisible();
    await expect(rows(page)).toHaveCount(11);
    await expect(rows(page).first()).toContainText('Miriam');
  });

  test('it is offered nowhere without a bridge, or without a connection', async ({ page, twin }) => {
    await twin.open('feed');
    await row(page, 0).waitFor();
    await expect(page.getByRole('button', { name: 'Archive' })).toHaveCount(0);
    await row(page, 0).click({ button: 'right' });
    await expect(menu(page).getByRole('menuitem', { name: 'Archive' })).toHaveCount(0);
    await page.keyboard.press('Escape');
    await page.keyboard.press('e');
    await expect(bar(page)).toContainText('it takes IMAP access');
    await page.evaluate(() => {
      window.twin.reach(true);
      const accounts = window.twin.script.status.accounts.map((a) => ({ ...a, link: 'offline' as const }));
      window.twin.setStatus({ accounts });
    });
    await expect(page.getByRole('button', { name: 'Archive' })).toHaveCount(0);
    expect(await twin.asked('act')).toEqual([]);
  });

  test('what another device’s person, or a popup, had moved leaves the list and is found by searching', async ({
    page,
    twin,
  }) => {
    await reached(page, twin);
    await twin.change(1, { gone_at: '2026-11-24T09:31:00Z', acted: 'archive', unread: false });
    await expect(rows(page)).toHaveCount(10);
    await page.keyboard.press('/');
    await page.keyboard.type('Schlüssel');
    await expect(rows(page).first()).toHaveAccessibleName(/^Archived, deleted or moved to junk, Miriam/);
  });
});

test.describe('putting off, muting, and why', () => {
  const row = (page: Page, n: number) => page.locator('.row').nth(n);
  const menu = (page: Page) => page.getByRole('menu');

  test('S asks until when, puts the row off, and Undo takes it back', async ({ page, twin }) => {
    await twin.open('feed');
    await row(page, 0).waitFor();
    for (const key of ['j', 's']) await page.keyboard.press(key);
    await expect(menu(page).getByRole('menuitem')).toHaveCount(4);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect(row(page, 0).locator('.later')).toBeVisible();
    await expect(row(page, 0)).toHaveAccessibleName(/put off until/);
    await expect(row(page, 0)).toBeFocused();
    const [asked] = (await twin.asked('snooze')) as { later: string }[];
    expect(asked?.later).toBe('evening');
    await page.keyboard.press('z');
    await expect(row(page, 0).locator('.later')).toHaveCount(0);
  });

  test('what was put off can be brought back, and Undo puts it off as before', async ({ page, twin }) => {
    await twin.open('feed', 'policy');
    await row(page, 1).click({ button: 'right' });
    await menu(page).getByRole('menuitem', { name: 'Put off' }).click();
    await menu(page).getByRole('menuitem', { name: 'Don’t put it off' }).click();
    await expect(row(page, 1).locator('.later')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(row(page, 1).locator('.later')).toBeVisible();
    const told = (await twin.asked('snooze')) as { later: unknown }[];
    expect(told.map(({ later }) => later)).toEqual([null, { at: '2026-11-25T06:00:00.000Z' }]);
  });

  test('several rows are put off together', async ({ page, twin }) => {
    await twin.open('feed');
    await row(page, 0).waitFor();
    for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
    await page.getByRole('toolbar').getByRole('button', { name: 'Put off' }).click();
    await menu(page).getByRole('menuitem', { name: 'For an hour' }).click();
    await expect(page.locator('.later')).toHaveCount(2);
    await expect(page.locator('.toast')).toContainText('Put 2 off');
  });

  test('M mutes the sender until the evening, tomorrow, or for good; Undo takes it back', async ({
    page,
    twin,
  }) => {
    await twin.open('feed');
    await row(page, 0).waitFor();
    for (const key of ['j', 'm']) await page.keyboard.press(key);
    await menu(page).getByRole('menuitem', { name: 'Until this evening' }).click();
    await expect(page.locator('.toast')).toContainText(/No more notifications of .*Miriam/);
    expect(await twin.asked('mute')).toMatchObject([{ until: '2026-11-24T17:00:00.000Z' }]);
    await page.keyboard.press('z');
    await expect.poll(() => twin.asked('unmute')).toHaveLength(1);
    await page.keyboard.press('m');
    await menu(page).getByRole('menuitem', { name: 'For good' }).click();
    await expect.poll(async () => (await twin.asked('mute')).at(-1)).toMatchObject({ until: null });
  });

  test('what couldn’t be done is told', async ({ page, twin }) => {
    await twin.open('feed', 'unsaved');
    await row(page, 0).waitFor();
    for (const key of ['j', 'm', 'Enter']) await page.keyboard.press(key);
    await expect(page.getByRole('alert').filter({ hasText: 'read-only' })).toBeVisible();
  });

  test('a row’s menu says what became of its popup and why; W says it, too', async ({ page, twin }) => {
    await twin.open('feed', 'policy');
    await row(page, 1).click({ button: 'right' });
    await expect(menu(page)).toHaveAccessibleDescription(/No notification.*quiet hours until .*13:00/);
    await page.keyboard.press('Escape');
    await expect(row(page, 1)).toBeFocused();
    await page.keyboard.press('w');
    await expect(page.getByRole('status').filter({ hasText: 'quiet hours until' })).toBeVisible();
    for (const key of ['G', 'Shift+G', 'w']) await page.keyboard.press(key);
    await expect(page.locator('.toast')).toContainText('It isn’t known any more');
  });

  test('nobody is muted where nobody is told', async ({ page, twin }) => {
    await twin.open('feed');
    await row(page, 4).click({ button: 'right' });
    await expect(menu(page).getByRole('menuitem', { name: 'Put off' })).toBeVisible();
    await expect(menu(page).getByRole('menuitem', { name: /Mute/ })).toHaveCount(0);
  });

  test('quiet hours are told above the list', async ({ page, twin }) => {
    await twin.open('feed', 'policy');
    await expect(page.locator('.strip')).toContainText(/Quiet hours until .*13:00/);
    await page.evaluate(() => window.twin.setStatus({ hush: { cause: 'do_not_disturb' } }));
    await expect(page.locator('.strip')).toContainText('The desktop isn’t to be disturbed');
    await page.evaluate(() => window.twin.setStatus({ hush: null }));
    await expect(page.locator('.strip')).toHaveCount(0);
  });
});
