import { bar, focused, from, rows, unread } from '../../ui/e2e/feed.ts';
import { expect, test } from '../../ui/e2e/twin.ts';

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
    await expect(page.getByRole('menuitemradio', { name: 'Builds' })).toBeVisible();
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
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await expect(page.getByRole('menuitemradio', { name: 'Builds' })).toBeVisible();
    await expect(page.getByRole('menuitemradio', { name: 'Unread only' })).toBeHidden();
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
