import { expect, test, type Page } from '../../ui/e2e/twin.ts';

test.use({ viewport: { width: 820, height: 640 } });

const step = (page: Page, n: number) => page.locator('.step').nth(n);
const tryOut = (page: Page) => page.getByRole('button', { name: 'Test', exact: true }).click();

async function mailboxOnly(page: Page, address: string): Promise<void> {
  await page.getByRole('button', { name: 'Add account' }).click();
  await page.getByRole('radio', { name: 'Mailbox only (IMAP)' }).check({ force: true });
  await page.getByLabel('Mail address').fill(address);
  await page.getByLabel('Password').fill('hunter2');
}

test('a mailbox alone: its server is guessed, its folders are found, and a notification is tried', async ({
  page,
  twin,
}) => {
  await twin.open('settings');
  await mailboxOnly(page, 'lena@birds.example');
  await expect(page.getByLabel('XMPP address')).toHaveCount(0);
  await expect(page.getByLabel('Mail server')).toHaveValue('imap.birds.example');
  await page.getByLabel('User, if not the address').fill('lena');
  await tryOut(page);
  await expect(page.getByText('All of it works.')).toBeVisible();
  await expect(page.locator('.step b')).toHaveText(['TLS', 'Login', 'Folders']);
  const folders = page.getByRole('group', { name: 'Folders to watch' });
  await expect(folders.getByLabel('INBOX')).toBeChecked();
  await expect(folders.getByLabel('Archive')).not.toBeChecked();
  await folders.getByLabel('Familie').check();
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.locator('.ln')).toHaveCount(4);
  const imap = { host: 'imap.birds.example', user: 'lena' };
  const account = { jid: 'lena@birds.example', xmpp: false, password: 'keyring', subscriptions: [] };
  expect(await twin.asked('test_account')).toMatchObject([
    { password: null, mailbox_password: 'hunter2', account: { ...account, imap } },
  ]);
  expect(await twin.asked('save_account')).toMatchObject([
    {
      password: null,
      mailbox_password: 'hunter2',
      account: { ...account, imap: { ...imap, folders: ['INBOX', 'Familie'] } },
    },
  ]);
  await page.getByRole('button', { name: 'Try a notification' }).click();
  await expect(page.locator('.toast')).toContainText('A notification is shown now.');
  expect(await twin.asked('send_sample')).toHaveLength(1);
});

test('what is unusual of a mailbox stands in its fold, and faults open it', async ({ page, twin }) => {
  await twin.open('settings');
  await mailboxOnly(page, 'lena@birds.example');
  await page.getByText('Advanced').click();
  await page.getByLabel('Encryption').selectOption('starttls');
  await expect(page.getByLabel('Port')).toHaveAttribute('placeholder', '143');
  await page.getByLabel('Port').fill('1143x');
  await page.getByLabel('Watched folders').fill('');
  await page.getByText('Advanced').click();
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.getByLabel('Port')).toBeFocused();
  await expect(page.getByLabel('Port')).toHaveAccessibleDescription('A port is a number from 1 to 65535.');
  await expect(page.getByLabel('Watched folders')).toHaveAccessibleDescription(
    'At least one folder, and each but once.',
  );
  await page.getByLabel('Port').fill('1143');
  await page.getByLabel('Watched folders').fill('INBOX\nWork/Rust');
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.locator('.ln')).toHaveCount(4);
  const imap = { host: 'imap.birds.example', port: 1143, tls: 'starttls', folders: ['INBOX', 'Work/Rust'] };
  expect(await twin.asked('save_account')).toMatchObject([{ account: { imap } }]);
});

test('a mailbox alone shows nothing of XMPP, and its password never comes back', async ({ page, twin }) => {
  await twin.open('settings', 'mailboxes');
  await expect(page.locator('.ln').nth(1)).toContainText('One folder');
  await page.getByRole('button', { name: /^Edit .*Post/ }).click();
  await expect(page.getByLabel('Mail address')).toHaveAttribute('readonly');
  await expect(page.getByLabel('Password')).toHaveValue('');
  await expect(page.getByLabel('Password')).toHaveAttribute('placeholder', 'As stored');
  await page.getByText('Advanced').click();
  for (const label of ['XMPP address', 'Host', 'Service of node 1', /Addresses whose messages/]) {
    await expect(page.getByLabel(label)).toHaveCount(0);
  }
  await expect(page.getByRole('switch', { name: 'Mailbox (IMAP)' })).toHaveCount(0);
  await expect(page.getByRole('radio')).toHaveCount(0);
  await page.getByLabel('Mail server').fill('mail.post.example');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.ln')).toHaveCount(2);
  expect(await twin.asked('save_account')).toMatchObject([
    {
      password: null,
      mailbox_password: null,
      account: { xmpp: false, name: 'Post', pep: true, imap: { host: 'mail.post.example' } },
    },
  ]);
});

test('an account with XMPP has its mailbox switched on, tested last, and off again', async ({
  page,
  twin,
}) => {
  await twin.open('settings');
  await page.getByRole('button', { name: /^Edit .*Home/ }).click();
  const mailbox = page.getByRole('region', { name: 'Mailbox (IMAP)' });
  const on = mailbox.getByRole('switch', { name: 'Mailbox (IMAP)' });
  await expect(on).not.toBeChecked();
  await expect(on).toHaveAccessibleDescription(/becomes who wrote and about what/);
  await expect(mailbox.getByRole('textbox')).toHaveCount(0);
  await on.click();
  await expect(mailbox.getByLabel('Mail server')).toHaveValue('imap.home.example');
  await mailbox.getByLabel('Mailbox password').fill('correct horse');
  await tryOut(page);
  await expect(step(page, 5)).toHaveClass(/passed/);
  await expect(step(page, 5).locator('b')).toHaveText('Mailbox');
  await step(page, 5).getByLabel('Rechnungen', { exact: true }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.ln').first()).toContainText('5 nodes');
  const [saved] = (await twin.asked('save_account')) as { account: Record<string, unknown> }[];
  expect(saved).toMatchObject({ password: null, mailbox_password: 'correct horse' });
  expect(saved?.account).toMatchObject({
    xmpp: true,
    imap: { host: 'imap.home.example', folders: ['INBOX', 'Rechnungen'] },
  });
  expect(saved?.account['subscriptions']).toHaveLength(3);
  await page.getByRole('button', { name: /^Edit .*Home/ }).click();
  await expect(mailbox.getByLabel('Mailbox password')).toHaveValue('');
  await on.click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('.ln').first()).toContainText('3 nodes');
  expect((await twin.asked('save_account')).at(-1)).toMatchObject({
    account: { imap: null },
    mailbox_password: null,
  });
});

for (const alone of [true, false]) {
  test(`a mail server’s certificate is trusted for the mailbox ${alone ? 'alone' : 'beside XMPP'}`, async ({
    page,
    twin,
  }) => {
    await twin.open('settings', 'untrusted-mailbox');
    if (alone) await mailboxOnly(page, 'lena@birds.example');
    else {
      await page.getByRole('button', { name: /^Edit .*Home/ }).click();
      await page.getByRole('switch', { name: 'Mailbox (IMAP)' }).click();
    }
    await tryOut(page);
    await page.getByRole('button', { name: 'Trust this certificate' }).click();
    await expect(page.getByText('All of it works.')).toBeVisible();
    const pins = ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'];
    expect((await twin.asked('test_account')).at(-1)).toMatchObject({
      account: { pins: [], imap: { pins } },
    });
    await page
      .getByRole('region', { name: 'Mailbox (IMAP)' })
      .or(page.locator('form'))
      .last()
      .getByText('Advanced')
      .last()
      .click();
    await expect(page.getByText('9F:86:D0:81:88:4C', { exact: false })).toBeVisible();
  });
}

test('what was typed for XMPP is kept apart from a mailbox alone', async ({ page, twin }) => {
  await twin.open('settings');
  await page.getByRole('button', { name: 'Add account' }).click();
  await page.getByLabel('XMPP address').fill('lena@birds.example');
  await page.getByText('Advanced').click();
  await page.getByLabel('Port').fill('99999');
  await page.getByRole('radio', { name: 'Mailbox only (IMAP)' }).check({ force: true });
  await expect(page.getByLabel('Mail server')).toHaveValue('imap.birds.example');
  await page.getByRole('button', { name: 'Add account' }).click();
  await expect(page.locator('.ln')).toHaveCount(4);
  expect(await twin.asked('save_account')).toMatchObject([
    { account: { xmpp: false, host: null, port: null } },
  ]);
});

test('the wizard is done by keys alone', async ({ page, twin }) => {
  await page.addInitScript(() =>
    localStorage.setItem('mailwren.errand', JSON.stringify({ page: 'account', jid: '', mailbox: true })),
  );
  await twin.open('settings', 'first-run');
  await expect(page.getByLabel('Mail address')).toBeFocused();
  await page.keyboard.type('lena@birds.example');
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Mail server')).toBeFocused();
  await expect(page.getByLabel('Mail server')).toHaveValue('imap.birds.example');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('hunter2');
  await page.keyboard.press('Enter');
  await expect(page.locator('.ln')).toHaveCount(1);
  expect(await twin.asked('save_account')).toMatchObject([
    { mailbox_password: 'hunter2', account: { xmpp: false, imap: { host: 'imap.birds.example' } } },
  ]);
});

test('first run leads to the wizard for a mailbox, and takes the address along', async ({ page, twin }) => {
  await page.setViewportSize({ width: 400, height: 640 });
  await twin.open('feed', 'first-run');
  const only = page.getByRole('button', { name: 'I have only a mailbox (IMAP)' });
  await only.click();
  await page.getByLabel('XMPP address').fill('lena@birds.example');
  await only.click();
  expect(await twin.asked('show_window')).toEqual(
    ['', 'lena@birds.example'].map((jid) => ({
      show_window: 'settings',
      errand: { page: 'account', jid, mailbox: true },
    })),
  );
});

test('Diagnosis checks a mailbox by its own steps', async ({ page, twin }) => {
  await twin.open('settings', 'mailboxes');
  await page.getByRole('button', { name: 'Diagnosis' }).click();
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(page.getByText('All of it works.')).toHaveCount(2);
  await expect(page.getByRole('list', { name: 'Test' }).nth(1).locator('.step b')).toHaveText([
    'TLS',
    'Login',
    'Folders',
  ]);
  await expect(page.getByRole('textbox', { name: 'Report' })).toHaveValue(/Mail server: imap\.post\.example/);
});

for (const language of ['de', 'ar'] as const) {
  for (const [name, n] of [
    ['beside XMPP', 0],
    ['alone', 1],
  ] as const) {
    test(`nothing of a mailbox ${name} is cut off in a narrow window in ${language}, and axe finds nothing`, async ({
      page,
      twin,
    }) => {
      await page.addInitScript(
        (held) => localStorage.setItem('mailwren.twin.general', held),
        JSON.stringify({ language }),
      );
      await page.setViewportSize({ width: 320, height: 640 });
      await twin.open('settings', 'mailboxes');
      await page.locator('.ln').nth(n).locator('.edit').click();
      await page.locator('details').last().locator('summary').click();
      await page.locator('.end .b:not(.go)').last().click();
      await expect(page.locator('.works')).toBeVisible();
      expect(await twin.faults()).toEqual([]);
      const over = await page.evaluate(() =>
        [...document.querySelectorAll('.page :is(button, input, select, textarea, h1, h2, p, small, b)')]
          .filter((el) => {
            const box = el.getBoundingClientRect();
            return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
          })
          .map((el) => el.outerHTML.slice(0, 120)),
      );
      expect(over).toEqual([]);
    });
  }
}

test.describe('a problem that may be passed over', () => {
  test('goes from the feed once it was read; others stay', async ({ page, twin }) => {
    await page.setViewportSize({ width: 400, height: 640 });
    await twin.open('feed', 'passable');
    await page.getByRole('button', { name: 'Why?' }).click();
    const got = page.getByRole('button', { name: 'Got it' });
    await expect(got).toHaveCount(2);
    await expect(got.first()).toHaveAccessibleDescription('Nothing here shows tray icons.');
    expect(await twin.faults()).toEqual([]);
    await got.first().focus();
    await page.keyboard.press('Enter');
    await expect(got).toHaveCount(1);
    await expect(got).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(got).toHaveCount(0);
    await expect(page.getByText('the feed shows everything meanwhile')).toBeVisible();
    await expect(page.locator('button:focus')).toHaveCount(1);
    expect(await twin.asked('dismiss_problem')).toEqual([
      { do: 'dismiss_problem', code: 'tray' },
      { do: 'dismiss_problem', code: 'logind' },
    ]);
  });

  test('goes from Diagnosis as well, and says so if it can’t', async ({ page, twin }) => {
    await twin.open('settings', 'passable');
    await page.getByRole('button', { name: 'Diagnosis' }).click();
    const got = page.getByRole('button', { name: 'Got it' });
    await expect(got).toHaveCount(2);
    expect(await twin.faults()).toEqual([]);
    await got.first().click();
    await expect(got).toHaveCount(1);
    await expect(got).toBeFocused();
    await page.evaluate(() => {
      const refusal = { code: 'closed' as const, message: 'Mailwren has ended.', hint: null };
      window.twin.script.refused = { dismiss_problem: refusal };
    });
    await got.click();
    await expect(page.locator('.toast')).toContainText('Mailwren has ended.');
    await expect(got).toHaveCount(1);
    await page.evaluate(() => (window.twin.script.refused = {}));
    await got.click();
    await expect(got).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Check now' })).toBeFocused();
  });
});
