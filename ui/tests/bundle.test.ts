/** Judges `dist` as it was built: `make test-ui` builds it first. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { windows } from '../build/catalogue';
import { MOST, sizes } from '../build/size';

/** What each window took when this was last written: growing by a fifth wants a reason, and a new figure. */
const RECORDED = { feed: 57_500, settings: 55_200 };

it.each(windows)('the %s window is small, and hasn’t grown much', (window) => {
  const bytes = sizes(join(import.meta.dirname, '../dist')).windows[window];
  expect(bytes).toBeLessThan(MOST);
  expect(bytes).toBeLessThan(1.2 * RECORDED[window]);
});
