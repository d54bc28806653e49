import { expect, test, type Page } from '../../ui/e2e/twin.ts';

test.use({ viewport: { width: 820, height: 640 } });

const step = (page: Page, n: number) => page.locator('.step').nth(n);

async function newAccount(page: Page, jid: string): Promise<void> {
  await page.getByRole('button', { name: 'Add account' }).click();
  await page.getByLabel('XMPP address').fill(jid);
  await page.getByLabel('Password').fill('hunter2');
}

test('accounts show how they stand, what is wrong and what to do', async ({ page, twin }) => {
  await twin.open('settings', 'trouble');
  const lines = page.locator('.ln');
  await expect(lines).toHaveCount(3);
  await expect(lines.nth(0)).toContainText(/Home.*push proven .*4\d s.* ago/);
  await expect(lines.nth(1)).toContainText('the server doesn’t accept this address and password');
  await expect(lines.nth(2)).toContainText('This account isn’t allowed to read it.');
  await expect(lines.nth(2)).toContainText('2 events were dropped');
  await lines.nth(1).getByRole('button', { name: 'Try now' }).click();
  expect(await twin.asked('retry')).toEqual([{ do: 'retry', jid: 'l.brandt@work.example' }]);
});

test('a test goes step by step, and found nodes are chosen from', async ({ page, twin }) => {
  await twin.open('settings');
  await newAccount(page, 'lena@birds.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByText('All of it works.')).toBeVisible();
  for (const n of [0, 1, 2, 4]) await expect(step(page, n)).toHaveClass(/passed/);
  await expect(step(page, 3)).toHaveClass(/warned/);
  await expect(step(page, 0)).toContainText('xmpp.birds.example:5223');
  await page.getByLabel('mail/lena/INBOX').check();
  await page.getByLabel('mail/lena/Lists').check();
  await page.getByLabel('mail/lena/Lists').uncheck();
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.locator('.ln')).toHaveCount(4);
  expect(await twin.asked('save_account')).toEqual([
    {
      do: 'save_account',
      password: 'hunter2',
      mailbox_password: null,
      account: {
        jid: 'lena@birds.example',
        name: null,
        enabled: true,
        host: null,
        port: null,
        security: 'auto',
        ca_file: null,
        pins: [],
        pep: true,
        subscriptions: [{ service: 'pubsub.birds.example', node: 'mail/lena/INBOX' }],
        notifiers: [],
        password: 'keyring',
        xmpp: true,
        imap: null,
        open: null,
      },
    },
  ]);
});

test('a step under way says so, and those to come are named', async ({ page, twin }) => {
  await twin.open('settings', 'slow-test');
  await newAccount(page, 'lena@birds.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(step(page, 3).getByRole('img', { name: 'in progress' })).toBeVisible();
  await expect(step(page, 4).getByRole('img', { name: 'to come' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Testing' })).toBeDisabled();
});

test('a failed step ends the test with what to do', async ({ page, twin }) => {
  await twin.open('settings', 'refused');
  await newAccount(page, 'lena@birds.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(step(page, 2)).toHaveClass(/failed/);
  await expect(step(page, 2)).toContainText('Check the address and the password.');
  await expect(page.getByText('All of it works.')).toHaveCount(0);
});

test('a certificate is trusted only on an explicit yes, by its fingerprint', async ({ page, twin }) => {
  await twin.open('settings', 'untrusted');
  await newAccount(page, 'lena@home2.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(page.getByText('9F:86:D0:81:88:4C', { exact: false })).toBeVisible();
  expect(await twin.asked('test_account')).toHaveLength(1);
  await page.getByRole('button', { name: 'Trust this certificate' }).click();
  await expect(page.getByText('All of it works.')).toBeVisible();
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.locator('.ln')).toHaveCount(4);
  const pins = ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'];
  expect(await twin.asked('save_account')).toEqual([
    expect.objectContaining({ account: expect.objectContaining({ pins }) }),
  ]);
});

test('notices of another run are not taken for this one', async ({ page, twin }) => {
  await twin.open('settings', 'slow-test');
  await newAccount(page, 'lena@birds.example');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await expect(step(page, 3)).toHaveClass(/running/);
  await page.evaluate(() =>
    window.twin.tell({
      on: 'test',
      run: -1,
      step: {
        name: 'nodes',
        state: 'failed',
        detail: 'stray',
        hint: null,
        millis: 1,
        fingerprint: null,
        changed: false,
        nodes: [],
      },
    }),
  );
  await expect(step(page, 4)).toHaveClass(/todo/);
  await expect(page.getByText('stray')).toHaveCount(0);
});

test('the password is gone from the page once it was saved', async ({ page, twin }) => {
  await twin.open('settings');
  await newAccount(page, 'lena@birds.example');
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.locator('.ln')).toHaveCount(4);
  await page.getByRole('button', { name: /^Edit .*lena@birds/ }).click();
  await expect(page.getByLabel('Password')).toHaveValue('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.ln')).toHaveCount(4);
  expect((await twin.asked('save_account')).slice(-1)).toEqual([expect.objectContaining({ password: null })]);
});

test('an edit keeps the address and what it does not touch', async ({ page, twin }) => {
  await twin.open('settings');
  await page.getByRole('button', { name: /^Edit .*Home/ }).click();
  await expect(page.getByLabel('XMPP address')).toHaveAttribute('readonly');
  await page.getByLabel('Host').fill('xmpp.home.example');
  await page.getByLabel('Port').fill('5223');
  await page.getByLabel('Encryption').selectOption('direct');
  await page.getByRole('button', { name: 'Remove node 3' }).click();
  await page.getByRole('button', { name: 'Add a node' }).click();
  await page.getByLabel('Service of node 3').fill('pubsub.other.example');
  await page.getByLabel('Name of node 3').fill('n');
  await page.getByLabel(/Addresses whose messages/).fill('mail@home.example\n');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.ln')).toHaveCount(3);
  const saved = (await twin.asked('save_account'))[0] as {
    account: Record<string, unknown>;
  };
  expect(saved.account).toMatchObject({
    jid: 'lena@home.example',
    name: 'Home',
    host: 'xmpp.home.example',
    port: 5223,
    security: 'direct',
    notifiers: ['mail@home.example'],
  });
  expect(saved.account['subscriptions']).toEqual([
    { service: 'pubsub.home.example', node: 'mail/lena/INBOX' },
    { service: 'pubsub.home.example', node: 'mail/lena/Rechnungen' },
    { service: 'pubsub.other.example', node: 'n' },
  ]);
});

test('a form with faults is not sent; the first fault has the focus', async ({ page, twin }) => {
  await twin.open('settings');
  await newAccount(page, 'lena');
  await page.getByText('Advanced').click();
  await page.getByLabel('Port').fill('99999');
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.getByLabel('XMPP address')).toBeFocused();
  await expect(page.getByLabel('XMPP address')).toHaveAccessibleDescription(
    'An address looks like you@example.org.',
  );
  await expect(page.getByText('A port is a number from 1 to 65535.')).toBeVisible();
  expect(await twin.asked('save_account')).toEqual([]);
});

test('what could not be saved stays in the form, with what to do', async ({ page, twin }) => {
  await twin.open('settings', 'unsaved');
  await newAccount(page, 'lena@birds.example');
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'unlock it and try again' })).toBeVisible();
  await expect(page.getByLabel('XMPP address')).toHaveValue('lena@birds.example');
});

test('an account is switched off and on', async ({ page, twin }) => {
  await twin.open('settings');
  const home = page.getByRole('switch', { name: /Connect .*Home/ });
  await home.uncheck();
  await expect(page.locator('.ln').first()).toContainText('switched off');
  await home.check();
  await expect(page.locator('.ln').first()).toContainText('push proven');
  const enabled = (await twin.asked('save_account')).map(
    (c) => (c as { account: { enabled: boolean } }).account.enabled,
  );
  expect(enabled).toEqual([false, true]);
});

test('switching an account, or editing it, can be taken back', async ({ page, twin }) => {
  await twin.open('settings');
  const home = page.getByRole('switch', { name: /Connect .*Home/ });
  const undo = page.getByRole('button', { name: 'Undo' });
  await home.uncheck();
  await expect(page.locator('.toast')).toContainText(/Home.* is switched off/);
  await undo.click();
  await expect(home).toBeChecked();

  await page.getByRole('button', { name: /^Edit .*Home/ }).click();
  await page.getByLabel('Short name').fill('Nest');
  await page.getByLabel('Password').first().fill('typed');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.toast')).toContainText(/Nest.* is changed/);
  await undo.click();
  await expect(page.locator('.ln').first()).toContainText('Home');
  type Saved = { account: { name: string; enabled: boolean }; password: string | null };
  const saved = ((await twin.asked('save_account')) as Saved[]).map(({ account, password }) => [
    account.name,
    account.enabled,
    password,
  ]);
  expect(saved).toEqual([
    ['Home', false, null],
    ['Home', true, null],
    ['Nest', true, 'typed'],
    ['Home', true, null],
  ]);
});

test('a switch that could not be saved goes back', async ({ page, twin }) => {
  await twin.open('settings', 'unsaved');
  const home = page.getByRole('switch', { name: /Connect .*Home/ });
  await home.click();
  await expect(page.getByRole('alert').filter({ hasText: 'the keyring is locked' })).toBeVisible();
  await expect(home).toBeChecked();
});

for (const forget of [false, true]) {
  test(`removing asks first, and ${forget ? 'takes' : 'leaves'} the stored events`, async ({
    page,
    twin,
  }) => {
    await twin.open('settings');
    await page.getByRole('button', { name: /^Remove .*Work/ }).click();
    const box = page.getByRole('dialog', {
      name: /Remove .*l\.brandt@work\.example/,
    });
    await expect(box.getByRole('button', { name: 'Cancel' })).toBeFocused();
    if (forget) await box.getByLabel('Also remove its stored events').check();
    await box.getByRole('button', { name: 'Remove' }).click();
    await expect(page.locator('.ln')).toHaveCount(2);
    expect(await twin.asked('remove_account')).toEqual([
      { do: 'remove_account', jid: 'l.brandt@work.example', forget },
    ]);
  });
}

test('removing can be left by Escape, and nothing happens', async ({ page, twin }) => {
  await twin.open('settings');
  await page.getByRole('button', { name: /^Remove .*Work/ }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(await twin.asked('remove_account')).toEqual([]);
  expect(await twin.asked('close_window')).toEqual([]);
});

test('without an account the form is there, and has the focus', async ({ page, twin }) => {
  await twin.open('settings', 'first-run');
  await expect(page.getByLabel('XMPP address')).toBeFocused();
  await page.keyboard.type('lena@birds.example');
  await page.keyboard.press('Tab');
  await page.keyboard.type('hunter2');
  await page.keyboard.press('Enter');
  await expect(page.locator('.ln')).toHaveCount(1);
});

test.describe('the order of accounts', () => {
  const addresses = (page: Page) => page.locator('.ln .cut').allInnerTexts();
  const grip = (page: Page, name: string) =>
    page.getByRole('button', { name: new RegExp(`^Move .*${name}`) });
  const [home, work, choir] = ['lena@home.example', 'l.brandt@work.example', 'alto@choir.example'];

  test('is changed by dragging a grip, with Undo', async ({ page, twin }) => {
    await twin.open('settings');
    await grip(page, 'Choir').hover();
    await page.mouse.down();
    const first = await page.locator('.ln').first().boundingBox();
    await page.mouse.move((first?.x ?? 0) + 10, (first?.y ?? 0) + 4, { steps: 4 });
    await expect(page.locator('.ln').first()).toHaveClass(/above/);
    await page.mouse.up();
    await expect.poll(() => addresses(page)).toEqual([choir, home, work]);
    await expect(grip(page, 'Choir')).toBeFocused();
    await expect(page.getByRole('menu')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => addresses(page)).toEqual([home, work, choir]);
    expect(await twin.asked('move_account')).toEqual([
      { do: 'move_account', jid: choir, before: home },
      { do: 'move_account', jid: choir, before: null },
    ]);
  });

  test('is changed by Alt and arrows, the focus going along, and says so', async ({ page, twin }) => {
    await twin.open('settings');
    await grip(page, 'Home').focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => addresses(page)).toEqual([work, home, choir]);
    await expect(grip(page, 'Home')).toBeFocused();
    await expect(grip(page, 'Home')).toHaveAccessibleName(/now at place 2$/);
    await expect(page.getByRole('status').filter({ hasText: 'Moved to place 2' })).toBeVisible();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => addresses(page)).toEqual([work, choir, home]);
    await page.keyboard.press('Alt+ArrowDown');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => addresses(page)).toEqual([work, home, choir]);
    expect(await twin.asked('move_account')).toHaveLength(3);
  });

  test('is changed by the grip’s menu, and given up by Escape', async ({ page, twin }) => {
    await twin.open('settings');
    await grip(page, 'Choir').click();
    const menu = page.getByRole('menu');
    await expect(menu.getByRole('menuitem')).toHaveText([/To the top/, /Up/]);
    await page.keyboard.press('Escape');
    await expect(grip(page, 'Choir')).toBeFocused();
    await grip(page, 'Choir').click();
    await menu.getByRole('menuitem', { name: 'To the top' }).click();
    await expect.poll(() => addresses(page)).toEqual([choir, home, work]);
    await grip(page, 'Work').hover();
    await page.mouse.down();
    await page.mouse.move(10, 10, { steps: 4 });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    expect(await addresses(page)).toEqual([choir, home, work]);
    expect(await twin.asked('close_window')).toEqual([]);
  });

  test('is that of the feed’s filter as well, without a restart', async ({ page, twin }) => {
    await twin.open('feed');
    const tabs = page.getByRole('tab');
    await expect(tabs).toHaveText([/All/, /Home/, /Work/, /Choir/]);
    await page.evaluate(async () => {
      await window.twin.answer({
        do: 'move_account',
        jid: 'alto@choir.example',
        before: 'lena@home.example',
      });
    });
    await expect(tabs).toHaveText([/All/, /Choir/, /Home/, /Work/]);
  });

  test('stays what it was if it couldn’t be saved, or was changed meanwhile', async ({ page, twin }) => {
    await twin.open('settings', 'unsaved');
    await grip(page, 'Home').press('Alt+ArrowDown');
    await expect(page.getByRole('alert').filter({ hasText: 'read-only' })).toBeVisible();
    expect(await addresses(page)).toEqual([home, work, choir]);
    await grip(page, 'Home').click();
    await page.evaluate(() => {
      window.twin.script.accounts = window.twin.script.accounts.slice(1);
      window.twin.tell({ on: 'accounts' });
    });
    await expect.poll(() => addresses(page)).toEqual([work, choir]);
    await page.getByRole('menuitem', { name: 'Down', exact: false }).click();
    expect(await twin.asked('move_account')).toHaveLength(1);
  });

  test('of one account is none', async ({ page, twin }) => {
    await twin.open('settings', 'single');
    await expect(page.locator('.ln')).toHaveCount(1);
    await expect(page.locator('.grip')).toHaveCount(0);
  });
});

test('Escape leaves the form, then the window', async ({ page, twin }) => {
  await twin.open('settings');
  await page.getByRole('button', { name: 'Add account' }).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Accounts' })).toBeVisible();
  await page.keyboard.press('Escape');
  expect(await twin.asked('close_window')).toHaveLength(1);
});

test('Diagnosis names the version and every problem, and checks each account as configured', async ({
  page,
  twin,
}) => {
  await twin.open('settings', 'trouble');
  await page.getByRole('button', { name: 'Diagnosis' }).click();
  await expect(page.getByText('Mailwren 0.1.0', { exact: true })).toBeVisible();
  // The machine is looked after unasked; accounts are tried when it is asked for.
  await expect(page.locator('.step').filter({ hasText: 'This computer' })).toContainText('WebKitGTK');
  expect(await twin.asked('test_account')).toEqual([]);
  await expect(page.getByText('the feed shows everything meanwhile')).toBeVisible();
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(page.getByText('All of it works.')).toHaveCount(2);
  const failed = page.locator('.step.failed');
  await expect(failed.filter({ hasText: 'doesn’t accept this address' })).toHaveCount(1);
  await expect(failed.filter({ hasText: 'no notification daemon is running' })).toContainText(
    'Start the one',
  );
  await expect(failed.filter({ hasText: 'This account isn’t allowed' })).toHaveCount(1);
  const asked = (await twin.asked('test_account')) as { password: string | null }[];
  expect(asked.map((one) => one.password)).toEqual([null, null, null]);
});

test('the report says how everything stands, and holds neither mail nor passwords', async ({
  page,
  twin,
}) => {
  await twin.open('settings', 'trouble');
  await page.getByRole('button', { name: 'Diagnosis' }).click();
  const report = page.getByRole('textbox', { name: 'Report' });
  await expect(report).toHaveValue(
    /Mailwren 0\.1\.0[^]*notifier: Notifications can’t be shown[^]*l\.brandt@work/,
  );
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(report).toHaveValue(
    /Login: failed, the server doesn’t accept this address and password \(71 ms\)/,
  );
  await expect(report).not.toHaveValue(/Schlüssel|Miriam/);
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(page.locator('.toast')).toContainText(/Report copied|The report is selected/);
});

test.describe('the end of the log', () => {
  const open = async (page: Page) => {
    await page.getByRole('button', { name: 'Diagnosis' }).click();
    await expect(page.getByRole('textbox', { name: 'Report' })).toBeVisible();
  };
  const log = (page: Page) => page.getByRole('textbox', { name: 'The end of the log' });

  test('is copied with the report, to the letter as it can be read before', async ({
    page,
    twin,
    context,
  }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await twin.open('settings', 'trouble');
    await open(page);
    await expect(log(page)).toHaveCount(0);
    await page.getByText('Copied with it: the last 4 lines of the log').click();
    await expect(
      page.getByText('Addresses, servers, people and the home folder have other names'),
    ).toBeVisible();
    await expect(log(page)).toHaveValue(/logged in account=account-1 [^]*\n<img src=x onerror=alert\(1\)>$/);
    await expect(page.locator('img[src="x"]')).toHaveCount(0);
    await page.getByRole('button', { name: 'Copy' }).click();
    await expect(page.locator('.toast')).toContainText('Report copied');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const [report, end] = [page.getByRole('textbox', { name: 'Report' }), log(page)];
    expect(copied).toBe(`${await report.inputValue()}\n\nThe end of the log\n${await end.inputValue()}`);
  });

  test('is selected with the report where scripts may not copy', async ({ page, twin }) => {
    await page.addInitScript(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    });
    await twin.open('settings', 'trouble');
    await open(page);
    await page.getByRole('button', { name: 'Copy' }).click();
    await expect(page.locator('.toast')).toContainText('The report is selected');
    const selected = await page.evaluate(() => {
      const { activeElement: paper } = document;
      if (!(paper instanceof HTMLTextAreaElement)) return null;
      return paper.value.slice(paper.selectionStart, paper.selectionEnd);
    });
    expect(selected).toMatch(/^Mailwren 0\.1\.0[^]*The end of the log\n2026-11-24/);
  });

  test('that says nothing, or can’t be read, is told so', async ({ page, twin }) => {
    await twin.open('settings', 'busy');
    await open(page);
    await expect(page.getByText('Nothing has been logged')).toBeVisible();
    await twin.open('settings', 'unsaved');
    await open(page);
    await expect(page.getByRole('alert').filter({ hasText: 'Read-only' })).toBeVisible();
    await expect(page.getByText('Nothing has been logged')).toHaveCount(0);
  });

  test('is read anew with each check', async ({ page, twin }) => {
    await twin.open('settings', 'trouble');
    await open(page);
    await page.evaluate(() => (window.twin.script.log = 'one line\n'));
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('Copied with it: the last line of the log').click();
    await expect(log(page)).toHaveValue('one line');
  });
});

test.describe('General', () => {
  const general = async (page: Page) => {
    await page.getByRole('button', { name: 'General' }).click();
  };

  test('another language is spoken at once, from right to left where it is written so', async ({
    page,
    twin,
  }) => {
    await twin.open('settings');
    await general(page);
    await page.getByLabel('Language').selectOption('ar');
    await expect(page.getByRole('heading', { name: 'عام' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
    await expect(page.locator('html')).toHaveAttribute('lang', 'ar');
    await page.getByRole('button', { name: 'تراجع' }).click();
    await expect(page.getByRole('heading', { name: 'General' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('dir', 'ltr');
  });

  test('what was chosen is there after a restart', async ({ page, twin }) => {
    await twin.open('settings');
    await general(page);
    await page.getByLabel('Language').selectOption('de');
    await page.getByRole('radio', { name: 'Dunkel' }).check({ force: true });
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Konten' })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toBe('rgb(28, 26, 24)');
  });

  test('the other window takes it up without a restart', async ({ page, twin, context }) => {
    await twin.open('settings');
    const feed = await context.newPage();
    await feed.goto('/feed.html');
    await expect(feed.locator('.row').first()).toBeVisible();
    const full = (await feed.locator('.row').first().boundingBox())?.height ?? 0;
    await general(page);
    await page.getByRole('radio', { name: 'Compact' }).check({ force: true });
    await expect
      .poll(async () => (await feed.locator('.row').first().boundingBox())?.height)
      .toBeLessThan(full / 2);
    await page.getByLabel('Language').selectOption('de');
    await expect(feed.getByPlaceholder('Suchen')).toBeVisible();
    await feed.close();
  });

  test('single letters can be switched off; the rest of the keys works on', async ({ page, twin }) => {
    await twin.open('settings');
    await general(page);
    await page.getByRole('switch', { name: 'Single letters are commands' }).click();
    await page.goto('/feed.html');
    await expect(page.locator('.row').first()).toBeVisible();
    await page.keyboard.press('j');
    await expect(page.locator('.row:focus')).toHaveCount(0);
    await page.keyboard.press('ArrowDown');
    await expect(page.locator('.row:focus')).toContainText('Miriam');
  });

  test('what can’t be saved is said, and isn’t applied', async ({ page, twin }) => {
    await twin.open('settings', 'unsaved');
    await general(page);
    await page.getByLabel('Language').selectOption('de');
    await expect(page.locator('.toast')).toContainText('Read-only file system');
    await expect(page.getByLabel('Language')).toHaveValue('system');
  });

  test('starting at login shows what the desktop does, and Undo takes it back', async ({ page, twin }) => {
    await twin.open('settings');
    await general(page);
    await expect(page.getByRole('switch', { name: 'Without a window' })).toHaveCount(0);
    await page.getByRole('switch', { name: 'Start at login' }).click();
    await page.getByRole('switch', { name: 'Without a window' }).click();
    const wanted = (await twin.asked('set_start_at_login')) as { set_start_at_login: object }[];
    expect(wanted.map((asked) => asked.set_start_at_login)).toEqual([
      { on: true, hidden: true },
      { on: true, hidden: false },
    ]);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('switch', { name: 'Without a window' })).toBeChecked();
  });

  test('what isn’t started at login has no switch for it', async ({ page, twin }) => {
    await twin.open('settings');
    await page.evaluate(() => (window.twin.start = null));
    await page.getByRole('button', { name: 'General' }).click();
    await expect(page.getByRole('switch', { name: 'Single letters are commands' })).toBeVisible();
    await expect(page.getByRole('switch')).toHaveCount(1);
  });

  test('mail is kept longer at once, and shorter only on a clear yes', async ({ page, twin }) => {
    await twin.open('settings');
    await general(page);
    const days = page.getByLabel('Keep mail in the feed');
    await days.fill('90');
    await days.press('Enter');
    await expect.poll(() => twin.asked('save_general_settings')).toHaveLength(1);
    await days.fill('7');
    await days.press('Enter');
    await expect(page.getByRole('dialog')).toContainText('Keep mail for 7 days only?');
    expect(await twin.faults()).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(days).toHaveValue('90');
    await days.fill('7');
    await days.press('Enter');
    await page.getByRole('button', { name: 'Keep it so long' }).click();
    await expect.poll(() => twin.asked('save_general_settings')).toHaveLength(2);
    await expect(page.getByRole('button', { name: 'Undo' })).toHaveCount(0);
    await days.fill('0');
    await days.press('Enter');
    await expect(page.locator('.wrong')).toContainText('A number from 1 to');
    expect(await twin.asked('save_general_settings')).toHaveLength(2);
  });

  test('settings go to a file, and come from one', async ({ page, twin }) => {
    await twin.open('settings');
    await general(page);
    await page.getByRole('button', { name: 'Export' }).click();
    await expect(page.locator('.toast')).toContainText('mailwren-settings.toml');
    const give = (text: string) =>
      page
        .locator('input[type=file]')
        .setInputFiles({ name: 'mine.toml', mimeType: 'application/toml', buffer: Buffer.from(text) });
    await give('theme = "plaid"');
    await expect(page.locator('.cause.fault')).toContainText('mine.toml:1:9');
    expect(await twin.faults()).toEqual([]);
    await give('theme = "dark"');
    await expect(page.locator('.toast')).toContainText('Imported');
    await expect(page.locator('.cause.fault')).toHaveCount(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await twin.asked('restore_settings')).toEqual([
      { do: 'restore_settings', backup: 'config.toml.before-20261124T093100' },
    ]);
  });
});

test('an errand of the feed window is run: the address is there, the password is asked for', async ({
  page,
  twin,
}) => {
  await page.addInitScript(() =>
    localStorage.setItem('mailwren.errand', JSON.stringify({ page: 'account', jid: 'lena@birds.example' })),
  );
  await twin.open('settings');
  await expect(page.getByLabel('XMPP address')).toHaveValue('lena@birds.example');
  await expect(page.getByLabel('Password')).toBeFocused();
});

test('an errand for Diagnosis leads there', async ({ page, twin }) => {
  await twin.open('settings');
  await page.evaluate(() => {
    localStorage.setItem('mailwren.errand', JSON.stringify({ page: 'diagnosis' }));
    dispatchEvent(new Event('focus'));
  });
  await expect(page.getByRole('heading', { name: 'Diagnosis' })).toBeVisible();
  expect(await page.evaluate(() => localStorage.getItem('mailwren.errand'))).toBeNull();
});
