import { expect, it } from 'vitest';
import { sensible } from '../src/preferences.svelte';

const asShipped = { theme: 'system', language: 'system', rows: 'full', letters: true };

it.each([[null], ['dark'], [[]], [{}], [{ theme: 'plaid', language: 'xx', rows: 3, letters: 'no' }]])(
  'takes %j for nothing chosen',
  (stored) => {
    expect(sensible(stored)).toEqual(asShipped);
  },
);

it('keeps what is among the choices, and leaves out the rest', () => {
  expect(sensible({ theme: 'dark', language: 'ar', letters: false, colour: 'red' })).toEqual({
    ...asShipped,
    theme: 'dark',
    language: 'ar',
    letters: false,
  });
});
