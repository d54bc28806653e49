import { expect, test, type Page, type Twin } from '../../ui/e2e/twin.ts';

test.use({ viewport: { width: 820, height: 760 } });

async function open(twin: Twin, state: Parameters<Twin['open']>[1] = 'policy'): Promise<void> {
  await twin.open('settings', state);
  await twin.page.getByRole('button', { name: 'Rules' }).click();
  await expect(twin.page.getByRole('heading', { name: 'Rules', exact: true })).toBeVisible();
}

const names = (page: Page) => page.locator('.rule .t > div').allInnerTexts();
const grip = (page: Page, name: string) => page.getByRole('button', { name: new RegExp(`^Move .*${name}`) });
const undo = (page: Page) => page.getByRole('button', { name: 'Undo' });
const asWritten = ['Muted: Choir list', 'Family', 'Builds', 'Winter', 'Bank', 'Rule 6'];
/** The names without one of them: who has none is called by its place. */
const without = (gone: string) =>
  asWritten.filter((name) => name !== gone).map((name) => name.replace('Rule 6', 'Rule 5'));

test('rules stand in order, with what they are about and what they do', async ({ page, twin }) => {
  await open(twin);
  expect(await names(page)).toEqual(asWritten);
  const lines = page.locator('.rule');
  await expect(lines.nth(0)).toContainText(/Notification: None, but counted; until .*18:00/);
  await expect(lines.nth(1)).toContainText(/Sender: .*\*@kern\.example\.org.*Miriam/);
  await expect(lines.nth(5)).toContainText(/Account: .*Choir/);
  await expect(lines.nth(5)).toContainText(/Command to run: .*\/usr\/local\/bin\/ring/);
});

test('a broken rule is told with its line, and can’t be switched', async ({ page, twin }) => {
  await open(twin);
  const winter = page.locator('.rule').nth(3);
  await expect(winter).toContainText('Not heeded: line 34 of the configuration');
  await expect(winter).toContainText('unclosed group');
  await expect(winter.getByRole('switch')).toHaveCount(0);
});

test('removing can be undone, to the very place; a broken rule asks first', async ({ page, twin }) => {
  await open(twin);
  await page.getByRole('button', { name: /^Remove .*Family/ }).click();
  await expect.poll(() => names(page)).toEqual(without('Family'));
  await undo(page).click();
  await expect.poll(() => names(page)).toEqual(asWritten);
  await page.getByRole('button', { name: /^Remove .*Winter/ }).click();
  const box = page.getByRole('dialog', { name: /Remove .*Winter/ });
  await expect(box.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  expect(await names(page)).toEqual(asWritten);
  await page.getByRole('button', { name: /^Remove .*Winter/ }).click();
  await box.getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => names(page)).toEqual(without('Winter'));
});

test('a rule is switched off at once, and on again by Undo', async ({ page, twin }) => {
  await open(twin);
  const family = page.getByRole('switch', { name: /Family/ });
  await family.uncheck();
  await expect(page.locator('.toast')).toContainText('Rule changed');
  await undo(page).click();
  await expect(family).toBeChecked();
  const told = (await twin.asked('save_rule')) as { at: number; rule: { enabled: boolean } }[];
  expect(told.map(({ at, rule }) => [at, rule.enabled])).toEqual([
    [1, false],
    [1, true],
  ]);
});

test('what couldn’t be saved is told, and is as it was', async ({ page, twin }) => {
  await open(twin, 'unsaved');
  const family = page.getByRole('switch', { name: /Family/ });
  await family.click();
  await expect(page.getByRole('alert').filter({ hasText: 'read-only' })).toBeVisible();
  await expect(family).toBeChecked();
  await grip(page, 'Family').press('Alt+ArrowDown');
  await expect.poll(() => twin.asked('move_rule')).toHaveLength(1);
  expect(await names(page)).toEqual(asWritten);
});

test('Undo touches nothing when the rules were changed meanwhile', async ({ page, twin }) => {
  await open(twin);
  await page.getByRole('button', { name: /^Remove .*Family/ }).click();
  await expect(undo(page)).toBeVisible();
  await page.evaluate(() => {
    window.twin.script.rules = (window.twin.script.rules ?? [])
      .slice(1)
      .map((entry, at) => ({ ...entry, at }));
    window.twin.tell({ on: 'settings' });
  });
  await expect.poll(() => names(page)).toEqual(['Builds', 'Winter', 'Bank', 'Rule 4']);
  await undo(page).click();
  await expect(page.getByRole('alert').filter({ hasText: 'changed meanwhile' })).toBeVisible();
  expect(await names(page)).toEqual(['Builds', 'Winter', 'Bank', 'Rule 4']);
});

test('a form that was open while the rules were changed elsewhere overwrites none of them', async ({
  page,
  twin,
}) => {
  await open(twin);
  await page.getByRole('button', { name: /^Edit .*Family/ }).click();
  await page.evaluate(() => {
    window.twin.script.rules = (window.twin.script.rules ?? [])
      .slice(1)
      .map((entry, at) => ({ ...entry, at }));
    window.twin.tell({ on: 'settings' });
  });
  await page.getByLabel('Sender', { exact: true }).fill('*');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'changed meanwhile' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.locator('.rule').nth(1)).toContainText(/Builds.*Folder/);
});

test.describe('moving', () => {
  test('by dragging the grip, with Undo', async ({ page, twin }) => {
    await open(twin);
    await grip(page, 'Bank').hover();
    await page.mouse.down();
    const second = await page.locator('.rule').nth(1).boundingBox();
    await page.mouse.move((second?.x ?? 0) + 10, (second?.y ?? 0) + 4, { steps: 4 });
    await expect(page.locator('.rule').nth(1)).toHaveClass(/above/);
    await page.mouse.up();
    const moved = ['Muted: Choir list', 'Bank', 'Family', 'Builds', 'Winter', 'Rule 6'];
    await expect.poll(() => names(page)).toEqual(moved);
    await expect(grip(page, 'Bank')).toBeFocused();
    await expect(page.getByRole('menu')).toHaveCount(0);
    await undo(page).click();
    await expect.poll(() => names(page)).toEqual(asWritten);
  });

  test('is given up by Escape', async ({ page, twin }) => {
    await open(twin);
    await grip(page, 'Bank').hover();
    await page.mouse.down();
    const first = await page.locator('.rule').first().boundingBox();
    await page.mouse.move((first?.x ?? 0) + 10, (first?.y ?? 0) + 4, { steps: 4 });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    expect(await names(page)).toEqual(asWritten);
    expect(await twin.asked('move_rule')).toEqual([]);
    expect(await twin.asked('close_window')).toEqual([]);
  });

  test('by Alt and arrows, the focus going along', async ({ page, twin }) => {
    await open(twin);
    await grip(page, 'Family').focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(async () => (await names(page)).indexOf('Family')).toBe(2);
    await expect(grip(page, 'Family')).toBeFocused();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(() => names(page)).toEqual(asWritten);
    await expect(page.locator('.toast')).toContainText('Moved to place 2');
  });

  test('by the grip’s menu, without dragging', async ({ page, twin }) => {
    await open(twin);
    await grip(page, 'Rule 6').click();
    const menu = page.getByRole('menu');
    await expect(menu.getByRole('menuitem')).toHaveText([/To the top/, /Up/]);
    await menu.getByRole('menuitem', { name: 'To the top' }).click();
    await expect.poll(async () => (await names(page))[0]).toBe('Rule 1');
    await expect(page.locator('.rule').first()).toContainText('/usr/local/bin/ring');
  });
});

test.describe('the form', () => {
  const status = (page: Page) => page.locator('.preview [role="status"]');

  test('shows what a new rule matches as it is typed, and adds it', async ({ page, twin }) => {
    await open(twin, 'busy');
    await expect(page.getByText('No rules: every new mail is told.')).toBeVisible();
    await page.getByRole('button', { name: 'Add rule' }).click();
    await expect(page.getByLabel('Sender', { exact: true })).toBeFocused();
    await expect(status(page)).toContainText('Matches 10 of the last 11 mails');
    await page.getByLabel('Sender', { exact: true }).fill('miriam');
    await expect(status(page)).toContainText('Matches 1 of the last 11 mails');
    await expect(page.locator('.preview li')).toContainText('Schlüsselübergabe');
    await page.getByLabel('Sender', { exact: true }).fill('nobody');
    await expect(status(page)).toContainText('Matches none of the last 11 mails');
    await page.getByLabel('Sender', { exact: true }).fill('miriam\njonas');
    await page.getByLabel('Name', { exact: true }).fill('Friends');
    await page.getByRole('combobox', { name: 'Notification' }).selectOption('vip');
    await page.locator('.end').getByRole('button', { name: 'Add rule' }).click();
    await expect.poll(() => names(page)).toEqual(['Friends']);
    await expect(page.getByRole('button', { name: 'Add rule' })).toBeFocused();
    expect(await twin.asked('save_rule')).toMatchObject([
      {
        at: null,
        rule: { name: 'Friends', sender: ['miriam', 'jonas'], then: 'vip', hook: [], until: null },
      },
    ]);
    await undo(page).click();
    await expect(page.locator('.rule')).toHaveCount(0);
  });

  test('tells a rule that does nothing, and one that is broken, and saves neither', async ({
    page,
    twin,
  }) => {
    await open(twin);
    await page.getByRole('button', { name: /^Edit .*Winter/ }).click();
    await expect(status(page)).toContainText('unclosed group');
    const save = page.getByRole('button', { name: 'Save' });
    await expect(save).toBeDisabled();
    await page.getByLabel('Subject', { exact: true }).fill('/winter/');
    await expect(status(page)).toContainText('Matches 1 of the last 11 mails');
    await page.getByRole('combobox', { name: 'Notification' }).selectOption('');
    await expect(status(page)).toContainText('It does nothing yet');
    await expect(save).toBeDisabled();
    await page.getByRole('combobox', { name: 'What it shows' }).selectOption('count');
    await save.click();
    await expect(page.locator('.rule .cause')).toHaveCount(0);
    await expect(page.getByRole('button', { name: /^Edit .*Winter/ })).toBeFocused();
  });

  test('a rule that ends can be kept for good', async ({ page, twin }) => {
    await open(twin);
    await page.getByRole('button', { name: /^Edit .*Muted/ }).click();
    await page.getByLabel(/Ends: .*18:00/).uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.locator('.rule').first()).not.toContainText('until');
    expect(await twin.asked('save_rule')).toMatchObject([{ at: 0, rule: { until: null, then: 'silent' } }]);
  });

  test('what couldn’t be saved stays in it; Escape leaves it, then the window', async ({ page, twin }) => {
    await open(twin, 'unsaved');
    await page.getByRole('button', { name: /^Edit .*Bank/ }).click();
    await page.getByLabel('Sender', { exact: true }).fill('*@bank2.example.org');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'read-only' })).toBeVisible();
    await expect(page.getByLabel('Sender', { exact: true })).toHaveValue('*@bank2.example.org');
    await page.keyboard.press('Escape');
    await expect(page.locator('.rule').nth(4)).toContainText('*@bank.example.org');
    await expect(page.getByRole('button', { name: /^Edit .*Bank/ })).toBeFocused();
    await page.keyboard.press('Escape');
    expect(await twin.asked('close_window')).toHaveLength(1);
  });
});
