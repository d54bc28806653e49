import { expect, test } from '../../ui/e2e/twin.ts';

test('what a mail says is text: no element comes of it', async ({ page, twin }) => {
  await twin.open('feed', 'hostile');
  const rows = page.locator('.row');
  await expect(rows).toHaveCount(5);
  await expect(rows.first().locator('.who')).toHaveText('<b>x</b>&amp;');
  await expect(rows.first().locator('.sub')).toHaveText('<script>alert(1)</script>');
  await expect(rows.first().locator('.snip')).toHaveText('<img src=x onerror="document.title=1">');
  const made = await page.locator('#mail').evaluate((list) => {
    const allowed = new Set([
      'DIV',
      'SPAN',
      'BDI',
      'I',
      'H2',
      'TIME',
      'BUTTON',
      'svg',
      'path',
      'circle',
      'MARK',
    ]);
    return [...list.querySelectorAll('*')].map((el) => el.tagName).filter((tag) => !allowed.has(tag));
  });
  expect(made).toEqual([]);
  await expect(page).toHaveTitle('Mailwren');
});

test('it is text with hits marked, and in the bar, too', async ({ page, twin }) => {
  await twin.open('feed', 'hostile');
  await page.getByLabel('Search mail').fill('script');
  await expect(page.locator('.row')).toHaveCount(1);
  await expect(page.locator('.row .sub')).toHaveText('<script>alert(1)</script>');
  await expect(page.locator('mark')).toHaveText(['script', 'script']);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('r');
  await expect(page.locator('.toast')).toContainText('<script>alert(1)</script>');
});

test('no link but those that are opened is offered, and a posing host is shown for what it is', async ({
  page,
  twin,
}) => {
  await twin.open('feed', 'hostile');
  await expect(page.locator('.row').first().locator('.open')).toHaveCount(0);
  await expect(page.locator('.row').nth(3).locator('.open')).toContainText('xn--');
  await expect(page.locator('a[href]')).toHaveCount(0);
});

test('overrides of direction end where their text ends', async ({ page, twin }) => {
  await twin.open('feed', 'hostile');
  const row = page.locator('.row').nth(1);
  const time = await row.locator('time').boundingBox();
  const who = await row.locator('.who').boundingBox();
  expect(time && who && time.x > who.x).toBe(true);
  await expect(row.locator('time')).toHaveText('2 min');
});

test('text without end neither widens the window nor heightens a row', async ({ page, twin }) => {
  await twin.open('feed', 'hostile');
  const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(width).toBe(0);
  const plain = await page.locator('.row').first().boundingBox();
  const long = await page.locator('.row').nth(2).boundingBox();
  const marks = await page.locator('.row').nth(3).boundingBox();
  expect(long?.height).toBe(plain?.height);
  expect(marks?.height).toBe(plain?.height);
});
