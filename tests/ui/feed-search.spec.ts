import { focused, from, rows } from '../../ui/e2e/feed.ts';
import { expect, test } from '../../ui/e2e/twin.ts';

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
