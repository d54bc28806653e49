/** What the engine says is put into the language of the window, and into another one as soon as that is spoken. */
import { expect, test, type Page } from '../../ui/e2e/twin.ts';

const wrongPassword = {
  en: 'the server doesn’t accept this address and password',
  de: 'der Server nimmt diese Adresse mit diesem Passwort nicht an',
  ar: 'لا يقبل الخادم هذا العنوان مع كلمة السر هذه',
};

const speak = async (settings: Page, language: keyof typeof wrongPassword) => {
  await settings.locator('select:has(option[value="ar"])').selectOption(language);
};

test.describe('in German', () => {
  test.use({ locale: 'de-DE' });

  test('a wrong password, a closed node and a missing daemon are told with what to do', async ({
    page,
    twin,
  }) => {
    await twin.open('feed', 'trouble');
    await page.getByRole('button', { name: 'Warum?' }).click();
    await expect(page.getByText(wrongPassword.de).last()).toBeVisible();
    await expect(page.getByText('Prüfen Sie Adresse und Passwort.')).toBeVisible();
    await expect(
      page.getByText('Dieses Konto darf ihn nicht lesen. Fragen Sie seinen Besitzer.'),
    ).toBeVisible();
    await expect(page.getByText(/Benachrichtigungen lassen sich nicht zeigen/)).toContainText(
      'es läuft kein Benachrichtigungsdienst',
    );
  });

  test('so are the steps of a test, what is refused, and the checks', async ({ page, twin }) => {
    await twin.open('settings', 'trouble');
    await page.getByRole('button', { name: 'Diagnose' }).click();
    await page.getByRole('button', { name: 'Jetzt prüfen' }).click();
    const failed = page.locator('.step.failed');
    await expect(failed.filter({ hasText: wrongPassword.de })).toHaveCount(1);
    await expect(failed.filter({ hasText: 'es läuft kein Benachrichtigungsdienst' })).toHaveCount(1);
    await twin.open('settings', 'unsaved');
    await page.getByRole('switch').first().click();
    await expect(page.getByRole('alert').filter({ hasText: 'der Schlüsselbund ist gesperrt' })).toBeVisible();
  });
});

test('what is shown already changes with the language, without a restart', async ({
  page,
  twin,
  context,
}) => {
  await twin.open('feed', 'trouble');
  await page.getByRole('button', { name: 'Why?' }).click();
  await expect(page.getByText(wrongPassword.en).last()).toBeVisible();
  const settings = await context.newPage();
  await settings.goto('/settings.html?state=trouble');
  await settings.getByRole('button', { name: 'General' }).click();
  for (const language of ['de', 'ar', 'en'] as const) {
    await speak(settings, language);
    await expect(page.getByText(wrongPassword[language]).last()).toBeVisible();
    await expect(page.locator('.because')).toContainText(wrongPassword[language]);
  }
  await settings.close();
});

test('a step that failed changes with the language as well', async ({ page, twin, context }) => {
  await twin.open('settings', 'refused');
  await page.getByRole('button', { name: 'Add account' }).click();
  await page.getByLabel('XMPP address').fill('lena@birds.example');
  await page.getByLabel('Password').fill('hunter2');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const failed = page.locator('.step.failed');
  await expect(failed).toContainText(wrongPassword.en);
  const settings = await context.newPage();
  await settings.goto('/settings.html');
  await settings.getByRole('button', { name: 'General' }).click();
  await speak(settings, 'de');
  await expect(failed).toContainText(wrongPassword.de);
  await expect(failed).toContainText('Prüfen Sie Adresse und Passwort.');
  await settings.close();
});
