import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

/** `make bench-ui`: what the windows take, measured on the web twin. One at a time, or they measure each other. */
export default defineConfig({
  ...base,
  testDir: 'bench',
  testMatch: '*.bench.ts',
  workers: 1,
  retries: 0,
  timeout: 120_000,
  reporter: [['list', { printSteps: false }]],
});
