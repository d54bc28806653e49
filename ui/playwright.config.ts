import { defineConfig } from '@playwright/test';

export const origin = 'http://127.0.0.1:4179';

/** The web twin in Debian's Chromium, served with the app's content security policy. */
export default defineConfig({
  testDir: '../tests/ui',
  outputDir: 'test-results',
  fullyParallel: true,
  workers: 2,
  forbidOnly: !!process.env['CI'],
  // On a machine that somebody else keeps busy; the summary calls it flaky.
  retries: process.env['CI'] ? 1 : 0,
  timeout: 20_000,
  reporter: 'list',
  use: {
    baseURL: origin,
    viewport: { width: 400, height: 640 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    },
  },
  webServer: {
    command: 'npx vite preview --mode web --outDir dist-web',
    url: `${origin}/feed.html`,
    reuseExistingServer: false,
    stdout: 'ignore',
  },
});
