import { expect, test, type Page, type Twin } from '../../ui/e2e/twin.ts';

const rows = (page: Page) => page.locator('.row');
const unread = (page: Page) => page.locator('.row.unread');
const focused = (page: Page) => page.locator('.row:focus');
const bar = (page: Page) => page.locator('.toast');
const from = (name: string) => ({ from: { name, address: null } });

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

test.describe('live', () => {
  test('new mail comes in at the top, and is said once', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(rows(page)).toHaveCount(11);
    await twin.arrive({ ...from('Ada'), subject: 'First' }, { ...from('Grace'), subject: 'Second' });
    await expect(rows(page).first()).toContainText('Second');
    await expect(rows(page)).toHaveCount(13);
    await expect(page.getByRole('status').filter({ hasText: '2 new mails, latest from' })).toBeAttached();
  });

  test('a burst is said as one sentence every five seconds at most', async ({ page, twin }) => {
    await twin.open('feed');
    const said = page.locator('p[role="status"]');
    await twin.arrive(from('Ada'));
    await expect(said).toContainText('New mail from');
    await twin.arrive(from('Grace'));
    await twin.arrive(from('Joan'));
    await expect(rows(page)).toHaveCount(14);
    await expect(said).toContainText('Ada');
    await page.clock.fastForward(5000);
    await expect(said).toContainText(/2 new mails, latest from .*Joan/);
  });

  test('waits behind a pill while the list is scrolled, which stays where it was', async ({ page, twin }) => {
    await twin.open('feed', 'long');
    const pane = page.locator('#mail');
    await pane.evaluate((el) => (el.scrollTop = 900));
    const seen = await page.locator('#row-4985').boundingBox();
    await twin.arrive(from('Ada'), from('Grace'), from('Joan'));
    await expect(page.locator('.fresh')).toHaveText('3 new');
    expect(await page.locator('#row-4985').boundingBox()).toEqual(seen);
    await page.locator('.fresh').click();
    await expect(rows(page).first()).toContainText('Joan');
    await expect(rows(page).first()).toBeFocused();
    expect(await pane.evaluate((el) => el.scrollTop)).toBe(0);
    await expect(page.locator('.fresh')).toHaveCount(0);
  });

  test('waits while the pointer is over the list, and comes in when it leaves', async ({ page, twin }) => {
    await twin.open('feed');
    await rows(page).nth(1).hover();
    await twin.arrive(from('Ada'));
    await expect(page.locator('.fresh')).toHaveText('1 new');
    await expect(rows(page).first()).toContainText('Miriam');
    await page.mouse.move(100, 20);
    await expect(rows(page).first()).toContainText('Ada');
  });

  test('what is read or taken away elsewhere shows where it stands', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(unread(page)).toHaveCount(4);
    await twin.change(1, { unread: false });
    await expect(unread(page)).toHaveCount(3);
    await twin.change(1, { gone_at: '2026-11-24T09:31:00Z' });
    await expect(rows(page).first()).toHaveClass(/gone/);
    await expect(rows(page)).toHaveCount(11);
  });

  /** As when mail is kept for a shorter time. */
  const removeBelow = (page: Page, seq: number) =>
    page.evaluate((n) => {
      window.twin.remove(window.twin.script.rows.flatMap((row) => (row.seq < n ? row.seq : [])));
    }, seq);

  test('what is removed for good leaves at once, and the focus goes to what is left', async ({
    page,
    twin,
  }) => {
    await twin.open('feed', 'long');
    await expect(rows(page).first()).toContainText('Report 5000');
    await page.keyboard.press('Shift+G');
    await expect(focused(page)).toContainText('Report 4901');
    await removeBelow(page, 4920);
    await expect(focused(page)).toContainText('Report 4920');
    await expect(page.locator('#row-4919')).toHaveCount(0);
    await removeBelow(page, 6000);
    await expect(page.getByText('No mail yet')).toBeVisible();
    expect(await twin.faults()).toEqual([]);
  });

  test('what was read since stays where it is when other rows are removed', async ({ page, twin }) => {
    await twin.open('feed', 'long');
    await page.keyboard.press('u');
    await expect(rows(page)).toHaveCount(4);
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    await expect(unread(page)).toHaveCount(3);
    await removeBelow(page, 4999);
    await expect(rows(page)).toHaveCount(2);
    await expect(unread(page)).toHaveCount(1);
  });

  test('what is removed for good leaves a search and a selection', async ({ page, twin }) => {
    await twin.open('feed');
    await page.keyboard.press('/');
    await page.keyboard.type('schlüssel');
    await expect(rows(page)).toHaveCount(1);
    await page.evaluate(() => window.twin.remove(window.twin.script.rows.slice(0, 1).map((row) => row.seq)));
    await expect(page.getByText('Nothing found for')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(rows(page)).toHaveCount(10);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Control+a');
    const selection = page.locator('.selection');
    await expect(selection).toContainText(/selected/);
    const all = await page.locator('.row[aria-selected="true"]').count();
    await page.evaluate(() => window.twin.remove(window.twin.script.rows.slice(0, 2).map((row) => row.seq)));
    await expect(page.locator('.row[aria-selected="true"]')).toHaveCount(all - 2);
  });
});

test.describe('by keys', () => {
  test('J, K, arrows, G and Shift+G move, with the focus', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(rows(page)).toHaveCount(11);
    await page.keyboard.press('j');
    await expect(focused(page)).toContainText('Miriam');
    await page.keyboard.press('ArrowDown');
    await expect(focused(page)).toContainText('Ελένη');
    await page.keyboard.press('k');
    await page.keyboard.press('ArrowUp');
    await expect(focused(page)).toContainText('Miriam');
    await page.keyboard.press('Shift+G');
    await expect(focused(page)).toContainText('דנה');
    await page.keyboard.press('g');
    await expect(focused(page)).toContainText('Miriam');
    await expect(page.locator('.row[aria-selected="true"]'), 'the keyboard selects nothing').toHaveCount(0);
    await expect(page.locator('.row[tabindex="0"]')).toHaveCount(1);
  });

  test('the list is one stop of the Tab key', async ({ page, twin }) => {
    await twin.open('feed');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await expect(focused(page)).toContainText('Ελένη');
    await page.keyboard.press('Tab');
    await expect(focused(page)).toHaveCount(0);
    await page.keyboard.press('Shift+Tab');
    await expect(focused(page)).toContainText('Ελένη');
  });

  test('Enter opens the link and marks the mail read', async ({ page, twin }) => {
    await twin.open('feed');
    await page.keyboard.press('j');
    await expect(focused(page)).toHaveCount(1);
    await page.keyboard.press('Enter');
    await expect(unread(page)).toHaveCount(3);
    expect(await twin.asked('open_link')).toEqual([{ open_link: 11 }]);
    expect(await twin.asked('mark')).toEqual([{ do: 'mark', seqs: [11], read: true }]);
  });

  test('Enter on an event without a link says so', async ({ page, twin }) => {
    await twin.open('feed', 'single');
    await page.keyboard.press('j');
    await expect(focused(page)).toHaveCount(1);
    await page.keyboard.press('Enter');
    await expect(bar(page)).toContainText('no link');
    expect(await twin.asked('open_link')).toEqual([]);
  });

  test('R marks read and unread; Z takes it back', async ({ page, twin }) => {
    await twin.open('feed');
    await page.keyboard.press('j');
    await expect(focused(page)).toHaveCount(1);
    await page.keyboard.press('r');
    await expect(unread(page)).toHaveCount(3);
    await expect(bar(page)).toContainText('Schlüsselübergabe');
    await page.keyboard.press('z');
    await expect(unread(page)).toHaveCount(4);
    await expect(bar(page)).toHaveCount(0);
    expect((await twin.asked('mark')).slice(-1)).toEqual([{ do: 'mark', seqs: [11], read: false }]);
  });

  test('the undo bar goes after eight seconds; Z works for a minute', async ({ page, twin }) => {
    await twin.open('feed');
    await page.keyboard.press('j');
    await expect(focused(page)).toHaveCount(1);
    await page.keyboard.press('r');
    await expect(bar(page)).toBeVisible();
    await page.clock.fastForward(8500);
    await expect(bar(page)).toHaveCount(0);
    await page.keyboard.press('z');
    await expect(unread(page)).toHaveCount(4);
    await page.keyboard.press('r');
    await expect(unread(page)).toHaveCount(3);
    await page.clock.fastForward(61_000);
    await page.keyboard.press('z');
    await expect(unread(page)).toHaveCount(3);
  });

  test('the undo bar stays while it is hovered or has the focus, and the next one isn’t kept', async ({
    page,
    twin,
  }) => {
    await twin.open('feed');
    await page.keyboard.press('j');
    await expect(focused(page)).toHaveCount(1);
    await page.keyboard.press('r');
    await bar(page).hover();
    await page.clock.fastForward(20_000);
    await expect(bar(page)).toBeVisible();
    await bar(page).getByRole('button', { name: 'Undo' }).focus();
    await page.mouse.move(200, 200);
    await page.clock.fastForward(20_000);
    await expect(bar(page)).toBeVisible();
    await bar(page).getByRole('button', { name: 'Undo' }).click();
    await expect(bar(page)).toHaveCount(0);
    await page.mouse.move(200, 200);
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    await expect(bar(page)).toBeVisible();
    await page.clock.fastForward(8500);
    await expect(bar(page)).toHaveCount(0);
  });

  test('U shows the unread only, and a read one stays until asked anew', async ({ page, twin }) => {
    await twin.open('feed');
    await page.keyboard.press('u');
    await expect(rows(page)).toHaveCount(4);
    await expect(page.getByRole('button', { name: 'Filter: on' })).toBeVisible();
    await page.keyboard.press('j');
    await expect(focused(page)).toHaveCount(1);
    await page.keyboard.press('r');
    await expect(unread(page)).toHaveCount(3);
    await expect(rows(page)).toHaveCount(4);
    await page.keyboard.press('u');
    await expect(rows(page)).toHaveCount(11);
  });

  test('F opens the filter; a folder is chosen by keys', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(rows(page)).toHaveCount(11);
    await page.keyboard.press('f');
    await expect(page.getByRole('menuitemradio', { name: 'All folders' })).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('menuitemradio', { name: 'Builds' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(rows(page)).toHaveCount(1);
    await expect(page.getByRole('button', { name: 'Filter: on' })).toBeFocused();
  });

  test('a folder is one of its account, and may be called like a line of the menu', async ({
    page,
    twin,
  }) => {
    await twin.open('feed');
    await twin.arrive({ ...from('Ada'), mailbox: 'Unread only', account: 'lena@home.example' });
    await expect(rows(page).first()).toContainText('Ada');
    await page.keyboard.press('f');
    await page.getByRole('menuitemradio', { name: 'Unread only' }).click();
    await expect(rows(page)).toHaveCount(1);
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: /Work/ }).click();
    await expect(rows(page)).toHaveCount(2);
    await expect(page.getByRole('button', { name: 'Filter', exact: true })).toBeVisible();
  });

  test('every stored folder is offered, and they are asked after only when one may have come or gone', async ({
    page,
    twin,
  }) => {
    await twin.open('feed', 'long');
    await expect(rows(page).first()).toContainText('Report 5000');
    const offered = async () => {
      await page.keyboard.press('f');
      const names = await page.getByRole('menuitemradio').allTextContents();
      await page.keyboard.press('Escape');
      return names.map((name) => name.trim());
    };
    await expect.poll(offered).toEqual(['All folders', 'Attic', 'INBOX', 'Reports']);
    await twin.arrive({ ...from('Ada'), mailbox: 'INBOX' });
    await expect(rows(page).first()).toContainText('Ada');
    expect(await twin.asked('mailboxes')).toHaveLength(1);
    await twin.arrive({ ...from('Grace'), mailbox: 'Travel' });
    await expect.poll(offered).toEqual(['All folders', 'Attic', 'INBOX', 'Reports', 'Travel']);
    await twin.arrive({ ...from('Joan'), mailbox: 'Travel' });
    await expect(rows(page).first()).toContainText('Joan');
    expect(await twin.asked('mailboxes')).toHaveLength(2);
    await page.evaluate(() => window.twin.remove([1]));
    await expect.poll(offered).toEqual(['All folders', 'INBOX', 'Reports', 'Travel']);
    expect(await twin.asked('mailboxes')).toHaveLength(3);
  });

  test('of many folders one is found by its letters, though all begin alike', async ({ page, twin }) => {
    await twin.open('feed', 'long');
    await expect(rows(page).first()).toBeVisible();
    await page.evaluate(() => {
      const { script } = window.twin;
      script.rows = script.rows.map((row, i) => ({ ...row, mailbox: `INBOX/Project ${i % 150}` }));
      script.rows.push({ ...script.rows[0]!, seq: 0, mailbox: 'INBOX/Zürich' });
      window.twin.remove([]);
    });
    await page.keyboard.press('f');
    await expect(page.getByRole('menuitemradio')).toHaveCount(152);
    const picked = page.getByRole('menuitemradio').and(page.locator(':focus'));
    await page.keyboard.type('zur');
    await expect(picked).toHaveText('INBOX/Zürich');
    await expect(picked).toBeInViewport();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => twin.asked('feed'))
      .toContainEqual(
        expect.objectContaining({ filter: expect.objectContaining({ mailbox: 'INBOX/Zürich' }) }),
      );
    await expect(page.getByRole('button', { name: 'Filter: on' })).toBeFocused();
  });

  test('a menu closes by Escape alone, and the window stays', async ({ page, twin }) => {
    await twin.open('feed');
    await page.keyboard.press('f');
    await expect(page.getByRole('menu')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
    expect(await twin.asked('close_window')).toEqual([]);
  });

  test('1 to 9 choose an account, 0 all', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(rows(page)).toHaveCount(11);
    await page.keyboard.press('2');
    await expect(page.getByRole('tab', { name: /Work/ })).toHaveAttribute('aria-selected', 'true');
    await expect(rows(page)).toHaveCount(2);
    await expect(page.locator('.chip')).toHaveText('Builds');
    await page.keyboard.press('9');
    await expect(rows(page)).toHaveCount(2);
    await page.keyboard.press('0');
    await expect(rows(page)).toHaveCount(11);
  });

  test('P offers a pause, and ends one', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(rows(page)).toHaveCount(11);
    await page.keyboard.press('p');
    await page.getByRole('menuitem', { name: 'For an hour' }).press('Enter');
    await expect(page.getByText(/paused until .*11:31/)).toBeVisible();
    await page.keyboard.press('p');
    await expect(page.getByText(/paused until/)).toHaveCount(0);
    expect(await twin.asked('resume')).toHaveLength(1);
  });

  test('Ctrl+comma opens the settings, ? the keys', async ({ page, twin }) => {
    await twin.open('feed');
    await page.keyboard.press('Control+,');
    expect(await twin.asked('show_window')).toEqual([{ show_window: 'settings' }]);
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard' });
    await expect(help).toBeVisible();
    await expect(help.locator('dt')).toContainText([/Ctrl \+.*Ctrl −/, 'Ctrl 0']);
    await page.keyboard.press('Escape');
    await expect(help).toHaveCount(0);
    expect(await twin.asked('close_window')).toEqual([]);
  });

  test('Escape clears the search, then leaves the field, then closes the window', async ({ page, twin }) => {
    await twin.open('feed');
    await page.keyboard.press('/');
    const field = page.getByLabel('Search mail');
    await expect(field).toBeFocused();
    await page.keyboard.type('miri');
    await expect(rows(page)).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(field).toHaveValue('');
    await expect(rows(page)).toHaveCount(11);
    await page.keyboard.press('Escape');
    await expect(field).not.toBeFocused();
    expect(await twin.asked('close_window')).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await twin.asked('close_window')).toHaveLength(1);
  });
});

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

test.describe('the context menu', () => {
  test('opens at the pointer, acts, and gives the focus back', async ({ page, twin }) => {
    await twin.open('feed');
    await rows(page).nth(1).click({ button: 'right' });
    const menu = page.getByRole('menu', { name: 'What to do with it' });
    await expect(menu.getByRole('menuitem')).toHaveText([
      /Open at .*mail\.work\.example/,
      /Mark read/,
      /Put off/,
      /Mute .*Ελένη/,
      /Select/,
      /Search .*Ελένη/,
      /Only .*Work \/ INBOX/,
    ]);
    await menu.getByRole('menuitem', { name: 'Mark read' }).click();
    await expect(unread(page)).toHaveCount(3);
    await expect(focused(page)).toContainText('Ελένη');
  });

  for (const key of ['.', 'Shift+F10']) {
    test(`opens by ${key}, is worked by keys, and Escape leaves it alone`, async ({ page, twin }) => {
      await twin.open('feed');
      await page.keyboard.press('j');
      await expect(focused(page)).toHaveCount(1);
      await page.keyboard.press(key);
      await expect(page.getByRole('menuitem').first()).toBeFocused();
      await page.keyboard.press('Escape');
      await expect(page.getByRole('menu')).toHaveCount(0);
      await expect(focused(page)).toContainText('Miriam');
      expect(await twin.asked('close_window')).toEqual([]);
      await page.keyboard.press(key);
      await page.keyboard.press('o');
      await page.keyboard.press('End');
      await expect(page.getByRole('menuitem', { name: /Only .*Home/ })).toBeFocused();
      await page.keyboard.press('Enter');
      await expect(page.getByRole('tab', { name: /Home/ })).toHaveAttribute('aria-selected', 'true');
    });
  }

  test('stays inside the window', async ({ page, twin }) => {
    await twin.open('feed');
    await rows(page)
      .nth(7)
      .click({ button: 'right', position: { x: 380, y: 20 } });
    const box = await page.locator('.context').boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= 400 && box.y + box.height <= 640).toBe(true);
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

test.describe('a popup’s Open', () => {
  const open = (page: Page, seq: number) =>
    page.evaluate((n) => window.twin.tell({ on: 'open', seq: n }), seq);

  test('goes to that row, whatever was shown', async ({ page, twin }) => {
    await twin.open('feed', 'long');
    await page.getByLabel('Search mail').fill('nothing');
    await expect(page.getByText('Nothing found')).toBeVisible();
    await open(page, 4650);
    await expect(page.locator('#row-4650')).toBeFocused();
    await expect(page.locator('#row-4650')).toBeInViewport();
    await expect(page.getByLabel('Search mail')).toHaveValue('');
  });

  test('unfolds its group', async ({ page, twin }) => {
    await twin.open('feed', 'away');
    await expect(page.locator('.away')).toBeVisible();
    await open(page, 14);
    await expect(page.locator('#row-14')).toBeFocused();
  });

  test('says so when the row is gone', async ({ page, twin }) => {
    await twin.open('feed');
    await open(page, 999);
    await expect(bar(page)).toContainText('isn’t stored any more');
  });

  test('also when it opened the window', async ({ page, twin }) => {
    await page.goto('about:blank');
    await twin.open('feed', 'busy', '#row-5');
    await expect(page.locator('#row-5')).toBeFocused();
  });
});

test.describe('search', () => {
  test('marks what was found, and the way down leads into it', async ({ page, twin }) => {
    await twin.open('feed');
    await page.getByLabel('Search mail').fill('SCHLUSSEL donn');
    await expect(rows(page)).toHaveCount(1);
    await expect(page.locator('mark')).toHaveText(['Schlüssel', 'Donn']);
    await page.keyboard.press('ArrowDown');
    await expect(focused(page)).toContainText('Miriam');
  });

  test('by the address alone: it is shown, and marked', async ({ page, twin }) => {
    await twin.open('feed');
    const zoe = { name: 'Zoe', address: 'zoe@<b>post</b>.example.org' };
    await twin.arrive({ from: zoe, subject: 'Notes', snippet: 'Bring the folder.' });
    await expect(rows(page).first()).toContainText('Zoe');
    await expect(page.locator('.by')).toHaveCount(0);
    await page.getByLabel('Search mail').fill('post');
    await expect(rows(page)).toHaveCount(1);
    await expect(page.locator('.snip .by')).toHaveText('zoe@<b>post</b>.example.org');
    await expect(page.locator('.snip')).toContainText('Bring the folder.');
    await expect(page.locator('mark')).toHaveText(['post']);
    await expect(page.locator('mark')).toBeInViewport();
    await expect(rows(page).first()).toHaveAccessibleName(
      /^Unread, Zoe, zoe@<b>post<\/b>\.example\.org, Notes, /,
    );
    await page.getByLabel('Search mail').fill('zoe');
    await expect(page.locator('mark')).toHaveText(['Zoe']);
    await expect(page.locator('.by')).toHaveCount(0);
  });

  test('by the folder alone: its chip is shown and marked, though it is the only account’s inbox', async ({
    page,
    twin,
  }) => {
    await twin.open('feed', 'quiet');
    await twin.arrive({ ...from('Zoe'), mailbox: 'INBOX' }, { ...from('Sam'), mailbox: 'Familie/Reisen' });
    await expect(rows(page)).toHaveCount(2);
    await expect(page.locator('.chip')).toHaveText(['Familie/Reisen']);
    await page.getByLabel('Search mail').fill('inb');
    await expect(page.locator('.chip')).toHaveText(['INBOX']);
    await expect(page.locator('.chip mark')).toHaveText(['INB']);
    await page.getByLabel('Search mail').fill('reis');
    await expect(page.locator('.chip mark')).toHaveText(['Reis']);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`what is shown because it was found is legible, ${colorScheme}`, async ({ page, twin }) => {
      await page.emulateMedia({ colorScheme });
      await twin.open('feed', 'quiet');
      const zoe = { name: 'Zoe', address: 'zoe@post.example.org' };
      await twin.arrive({ from: zoe, subject: 'Notes', mailbox: 'Familie' });
      await twin.change(1, { unread: false });
      await expect(rows(page)).toHaveCount(1);
      await page.getByLabel('Search mail').fill('famil post');
      await expect(page.locator('mark')).toHaveText(['Famil', 'post']);
      expect(await twin.faults()).toEqual([]);
    });
  }

  test('compact rows show the address and the folder that were found, too', async ({ page, twin }) => {
    await page.addInitScript(() => localStorage.setItem('mailwren.twin.general', '{"rows":"compact"}'));
    await twin.open('feed', 'quiet');
    const zoe = { name: 'Zoe', address: 'zoe@post.example.org' };
    await twin.arrive({ from: zoe, subject: 'Notes', mailbox: 'Familie' });
    await expect(rows(page)).toHaveCount(1);
    await expect(page.locator('.chip')).toBeHidden();
    await page.getByLabel('Search mail').fill('famil post');
    await expect(page.locator('mark')).toHaveText(['Famil', 'post']);
    await expect(page.locator('mark').first()).toBeInViewport();
    await expect(page.locator('mark').last()).toBeInViewport();
  });

  test('what was found is said, once the typing rests', async ({ page, twin }) => {
    await twin.open('feed');
    const said = page.locator('p[role="status"]');
    await page.getByLabel('Search mail').fill('miri');
    await expect(rows(page)).toHaveCount(1);
    await expect(said).toHaveText('');
    await page.clock.fastForward(600);
    await expect(said).toHaveText('One mail found');
    await page.getByLabel('Search mail').fill('osprey');
    await expect(page.locator('.blank')).toBeVisible();
    await page.clock.fastForward(600);
    await expect(said).toHaveText('Nothing found');
  });

  test('of more than a page it is said that there are more', async ({ page, twin }) => {
    await twin.open('feed', 'long');
    await page.getByLabel('Search mail').fill('report');
    await expect(page.locator('mark').first()).toBeVisible();
    await page.clock.fastForward(600);
    await expect(page.locator('p[role="status"]')).toHaveText('More than 100 mails found');
  });

  test('a button clears it, and leads back to the field', async ({ page, twin }) => {
    await twin.open('feed');
    await expect(page.getByRole('button', { name: 'Clear the search' })).toHaveCount(0);
    await page.getByLabel('Search mail').fill('miri');
    await expect(rows(page)).toHaveCount(1);
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await expect(rows(page)).toHaveCount(11);
    await expect(page.getByLabel('Search mail')).toBeFocused();
    await expect(page.getByLabel('Search mail')).toHaveValue('');
  });

  test('letters in the field are text, not commands', async ({ page, twin }) => {
    await twin.open('feed');
    await page.getByLabel('Search mail').pressSequentially('jrup?');
    await expect(page.getByLabel('Search mail')).toHaveValue('jrup?');
    await expect(page.getByText(/Nothing found for .*jrup\?/)).toBeVisible();
    expect(await twin.asked('mark')).toEqual([]);
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
      /Home.*push proven .*40 s.* ago.*, mail server reached .*2 min.* ago/,
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
