/** What the specs of the feed find in it. */
import type { Page } from '@playwright/test';

export const rows = (page: Page) => page.locator('.row');
export const unread = (page: Page) => page.locator('.row.unread');
export const focused = (page: Page) => page.locator('.row:focus');
export const bar = (page: Page) => page.locator('.toast');
export const from = (name: string) => ({ from: { name, address: null } });
