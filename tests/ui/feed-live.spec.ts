import { bar, focused, from, rows, unread } from '../../ui/e2e/feed.ts';
import { expect, test, type Page } from '../../ui/e2e/twin.ts';

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

  /** The engine deletes rows when it has answered a command, but the window hasn't heard yet. */
  const removeBehind = (page: Page, command: 'feed' | 'changes', below: number, from = 0) =>
    page.evaluate(
      ([what, to, since]) => {
        const answer = window.twin.answer.bind(window.twin);
        window.twin.answer = async (asked) => {
          const reply = await answer(asked);
          if (asked.do === what) {
            window.twin.answer = answer;
            const seqs = window.twin.script.rows.map((row) => row.seq);
            window.twin.remove(seqs.filter((seq) => seq >= since && seq < to));
          }
          return reply;
        };
      },
      [command, below, from] as const,
    );

  test('what is removed while an older page is under way does not come back with it', async ({
    page,
    twin,
  }) => {
    await twin.open('feed', 'long');
    await expect(rows(page).first()).toContainText('Report 5000');
    await removeBehind(page, 'feed', 4920);
    await page.keyboard.press('Shift+G');
    await expect(focused(page)).toContainText('Report 4920');
    await expect(page.locator('.onward')).toHaveCount(0);
    await expect(page.locator('#row-4920')).toBeAttached();
    await expect(page.locator('#row-4900')).toHaveCount(0);
  });

  test('what is removed while it is told of does not come', async ({ page, twin }) => {
    await twin.open('feed', 'long');
    await expect(rows(page).first()).toContainText('Report 5000');
    await removeBehind(page, 'changes', 5002, 5001);
    await twin.arrive({ ...from('Ada'), subject: 'Taken back' }, { ...from('Kim'), subject: 'Is there' });
    await twin.arrive({ ...from('Grace'), subject: 'Came later' });
    await expect(rows(page).first()).toContainText('Came later');
    await expect(rows(page).nth(1)).toContainText('Is there');
    await expect(rows(page).nth(2)).toContainText('Report 5000');
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
