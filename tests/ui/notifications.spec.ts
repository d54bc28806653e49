import { expect, test, type Page, type Twin } from '../../ui/e2e/twin.ts';

test.use({ viewport: { width: 820, height: 1100 } });

type Saved = { settings: Record<string, unknown> };

async function open(twin: Twin, state: Parameters<Twin['open']>[1] = 'policy'): Promise<void> {
  await twin.open('settings', state);
  await twin.page.getByRole('button', { name: 'Notifications' }).click();
  await expect(twin.page.getByRole('heading', { name: 'Quiet hours' })).toBeVisible();
}

const saved = async (twin: Twin, key: string) =>
  ((await twin.asked('save_notification_settings')) as Saved[]).map(({ settings }) => settings[key]);
const cell = (page: Page, day: number, hour: number) => page.locator(`[data-cell="${day}-${hour}"]`);
const undo = (page: Page) => page.getByRole('button', { name: 'Undo' });

test('each change applies at once, and Undo takes that one back alone', async ({ page, twin }) => {
  await open(twin);
  await page.getByRole('radio', { name: 'Sender only' }).first().check();
  await page.getByRole('switch', { name: 'Sound' }).uncheck();
  await expect.poll(() => saved(twin, 'sound')).toEqual([true, false]);
  await expect(page.locator('.toast')).toContainText(/Sound.*: changed/);
  expect(await saved(twin, 'privacy')).toEqual(['sender', 'sender']);
  await undo(page).click();
  await expect(page.getByRole('switch', { name: 'Sound' })).toBeChecked();
  await expect(page.getByRole('radio', { name: 'Sender only' }).first()).toBeChecked();
  expect((await saved(twin, 'sound')).at(-1)).toBe(true);
});

test('a switch is worked by its words, too', async ({ page, twin }) => {
  await open(twin);
  await page.getByText('Sound', { exact: true }).click();
  await expect(page.getByRole('switch', { name: 'Sound' })).not.toBeChecked();
  await page.getByRole('button', { name: 'General' }).click();
  await page.getByText('Single letters are commands').click();
  await expect(page.getByRole('switch', { name: 'Single letters are commands' })).not.toBeChecked();
});

test('what has the focus stays in sight when the bar comes', async ({ page, twin }) => {
  await page.setViewportSize({ width: 820, height: 500 });
  await open(twin);
  const sound = page.getByRole('switch', { name: 'Sound' });
  await sound.evaluate((at) => at.scrollIntoView({ block: 'end' }));
  await sound.focus();
  await page.keyboard.press('Space');
  const over = async () => {
    const [control, toast] = await Promise.all([sound.boundingBox(), page.locator('.toast').boundingBox()]);
    return (control?.y ?? 0) + (control?.height ?? 0) - (toast?.y ?? 0);
  };
  await expect.poll(over).toBeLessThanOrEqual(0);
});

test('what couldn’t be saved is told, is as it was, and keeps the focus', async ({ page, twin }) => {
  await open(twin, 'unsaved');
  const sound = page.getByRole('switch', { name: 'Sound' });
  await sound.focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('alert').filter({ hasText: 'read-only' })).toBeVisible();
  await expect(sound).toBeChecked();
  await expect(sound).toBeFocused();
  await page.getByRole('radio', { name: 'Only that it came' }).first().click();
  await expect(page.getByRole('radio', { name: 'Everything' }).first()).toBeChecked();
  await cell(page, 0, 15).click();
  await expect(cell(page, 0, 15)).toHaveAccessibleName(/not quiet/);
});

test('settings that couldn’t be read can be asked for again', async ({ page, twin }) => {
  await twin.open('settings', 'unread-policy');
  await page.getByRole('button', { name: 'Notifications' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Mailwren’s engine has ended.' })).toBeVisible();
  await page.evaluate(() => delete window.twin.script.refused);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Quiet hours' })).toBeVisible();
});

test('what was changed elsewhere is shown', async ({ page, twin }) => {
  await open(twin);
  await page.evaluate(() => {
    const { script } = window.twin;
    if (script.notifications) script.notifications = { ...script.notifications, quiet: [], sound: false };
    window.twin.tell({ on: 'settings' });
  });
  await expect(page.getByText('No quiet hours.')).toBeVisible();
  await expect(page.getByRole('switch', { name: 'Sound' })).not.toBeChecked();
});

test('numbers are taken if they are some, and the fault is told otherwise', async ({ page, twin }) => {
  await open(twin);
  const above = page.getByLabel('more than');
  await above.fill('0');
  await above.press('Tab');
  await expect(above).toHaveAccessibleDescription('A number from 1 to 100.');
  await expect(above).toHaveValue('0');
  expect(await twin.asked('save_notification_settings')).toEqual([]);
  await above.fill('8');
  await above.press('Enter');
  await expect.poll(() => saved(twin, 'group_above')).toEqual([8]);
  await expect(above).not.toHaveAttribute('aria-describedby');
});

test.describe('the week', () => {
  test('is painted by dragging from corner to corner, and cleared likewise', async ({ page, twin }) => {
    await open(twin);
    await page.getByRole('button', { name: 'Clear' }).click();
    await cell(page, 1, 14).hover();
    await page.mouse.down();
    await cell(page, 2, 15).hover();
    await cell(page, 3, 16).hover();
    await expect(page.getByText(/Tuesday.* to .*Thursday.*each.*14:00.*17:00/)).toBeVisible();
    expect(await saved(twin, 'quiet')).toHaveLength(1);
    await page.mouse.up();
    const three = { days: ['tue', 'wed', 'thu'], from: '14:00', to: '17:00' };
    await expect.poll(() => saved(twin, 'quiet')).toEqual([[], [three]]);
    await cell(page, 3, 14).hover();
    await page.mouse.down();
    await cell(page, 3, 15).hover();
    await page.mouse.up();
    await expect
      .poll(async () => (await saved(twin, 'quiet')).at(-1))
      .toEqual([
        { ...three, days: ['tue', 'wed'] },
        { days: ['thu'], from: '16:00', to: '17:00' },
      ]);
    await undo(page).click();
    await expect.poll(async () => (await saved(twin, 'quiet')).at(-1)).toEqual([three]);
  });

  test('is left as it was when Escape comes before the button is let go', async ({ page, twin }) => {
    await open(twin);
    await cell(page, 1, 14).hover();
    await page.mouse.down();
    await cell(page, 3, 16).hover();
    await page.keyboard.press('Escape');
    await page.mouse.up();
    expect(await twin.asked('save_notification_settings')).toEqual([]);
    expect(await twin.asked('close_window')).toEqual([]);
  });

  test('is painted by keys: arrows, Shift, Space', async ({ page, twin }) => {
    await open(twin);
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect(page.getByText('No quiet hours.')).toBeVisible();
    // One stop for Tab.
    await cell(page, 0, 22).focus();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: /Every day like/ })).toBeFocused();
    await page.keyboard.press('Shift+Tab');
    await expect(cell(page, 0, 22)).toBeFocused();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await expect(cell(page, 1, 1)).toBeFocused();
    await expect(cell(page, 1, 1)).toHaveAccessibleName(/Tuesday.*01:00.*, not quiet/);
    for (const key of ['Shift+ArrowDown', 'Shift+ArrowRight', 'Shift+ArrowRight'])
      await page.keyboard.press(key);
    await expect(page.locator('.week [aria-selected="true"]')).toHaveCount(6);
    await page.keyboard.press('Space');
    await expect
      .poll(async () => (await saved(twin, 'quiet')).at(-1))
      .toEqual([{ days: ['tue', 'wed'], from: '01:00', to: '04:00' }]);
    await expect(cell(page, 1, 1)).toHaveAccessibleName(/Tuesday.*01:00.*, quiet/);
    // Escape gives up the area, then closes.
    await page.keyboard.press('Escape');
    await expect(page.locator('.week [aria-selected="true"]')).toHaveCount(1);
    expect(await twin.asked('close_window')).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await twin.asked('close_window')).toHaveLength(1);
  });

  test('draws odd minutes as they are, and names the hour partly quiet', async ({ page, twin }) => {
    await open(twin);
    await expect(cell(page, 0, 12)).toHaveAccessibleName(/Monday.*12:00.*, partly quiet/);
    const hour = await cell(page, 0, 12).boundingBox();
    const drawn = await page.locator('.weekday').first().locator('.still').nth(1).boundingBox();
    const share = ((drawn?.x ?? 0) - (hour?.x ?? 0)) / (hour?.width ?? 1);
    expect(share).toBeCloseTo(0.25, 1);
    // Space makes it quite quiet.
    await cell(page, 0, 12).focus();
    await page.keyboard.press('Space');
    await expect(cell(page, 0, 12)).toHaveAccessibleName(/12:00.*, quiet/);
  });

  test('a day is copied to all', async ({ page, twin }) => {
    await open(twin);
    await cell(page, 6, 20).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: /Every day like .*Sunday/ }).click();
    await expect
      .poll(async () => (await saved(twin, 'quiet')).at(-1))
      .toEqual([
        { days: [], from: '20:00', to: '21:00' },
        { days: [], from: '22:00', to: '09:30' },
      ]);
  });
});

test.describe('typed', () => {
  test('times and days are taken as they are left, and what is no time is told', async ({ page, twin }) => {
    await open(twin);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'Add quiet hours' }).click();
    const from = page.getByLabel('from', { exact: true });
    await from.fill('21.30');
    await from.press('Enter');
    await expect(from).toHaveValue('21:30');
    await page.getByRole('checkbox', { name: 'Saturday' }).uncheck();
    await page.getByRole('checkbox', { name: 'Sunday' }).uncheck();
    await expect
      .poll(async () => (await saved(twin, 'quiet')).at(-1))
      .toEqual([{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '21:30', to: '07:00' }]);
    await expect(page.getByText('47.5 hours a week.')).toBeVisible();
    const to = page.getByLabel('to', { exact: true });
    await to.fill('soon');
    await to.press('Tab');
    await expect(to).toHaveAccessibleDescription('A time looks like 22:00.');
    await expect(to).toHaveValue('soon');
    await to.fill('٨');
    await to.press('Tab');
    await expect.poll(async () => (await saved(twin, 'quiet')).at(-1)).toMatchObject([{ to: '08:00' }]);
    await expect(page.getByText('A time looks like 22:00.')).toHaveCount(0);
  });

  test('hours without a day are gone, and Undo brings them back', async ({ page, twin }) => {
    await open(twin);
    await page.getByRole('button', { name: 'Remove these quiet hours' }).nth(2).click();
    const weekend = page.locator('.quiet li').nth(1);
    await weekend.getByRole('checkbox', { name: 'Saturday' }).uncheck();
    await weekend.getByRole('checkbox', { name: 'Sunday' }).click();
    await expect(page.locator('.quiet li')).toHaveCount(1);
    await undo(page).click();
    await expect(page.locator('.quiet li')).toHaveCount(2);
  });
});

test.describe('in Arabic', () => {
  test.use({ locale: 'ar' });

  test('the week runs from right to left, and arrows follow the eye', async ({ page, twin }) => {
    await twin.open('settings', 'policy');
    await page.getByRole('button', { name: 'الإشعارات' }).click();
    const [first, last] = [await cell(page, 0, 0).boundingBox(), await cell(page, 0, 23).boundingBox()];
    expect((first?.x ?? 0) > (last?.x ?? 0)).toBe(true);
    const night = await page.locator('.weekday').first().locator('.still').first().boundingBox();
    expect(
      Math.abs((night?.x ?? 0) + (night?.width ?? 0) - (first?.x ?? 0) - (first?.width ?? 0)),
    ).toBeLessThan(2);
    await cell(page, 0, 10).focus();
    await page.keyboard.press('ArrowLeft');
    await expect(cell(page, 0, 11)).toBeFocused();
  });
});

test('one is shown on demand, or it is said why none is', async ({ page, twin }) => {
  await twin.open('settings', 'busy');
  await page.getByRole('button', { name: 'Notifications' }).click();
  await page.getByRole('button', { name: 'Send me one now' }).click();
  await expect(page.locator('.toast')).toContainText('A notification is shown now.');
  await page.evaluate(() => window.twin.setStatus({ pause: { until: null } }));
  await page.getByRole('button', { name: 'Send me one now' }).click();
  await expect(page.locator('.toast')).toContainText(/None is shown now: .Notifications are paused/);
});
