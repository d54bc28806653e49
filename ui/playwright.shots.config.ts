import { defineConfig } from '@playwright/test';
import base from './playwright.config.ts';

/** `npm run screenshots`: pictures of every state, to be looked at, and those of the documentation. */
export default defineConfig({ ...base, testDir: 'shots', testMatch: '*.shot.ts', timeout: 40_000 });
