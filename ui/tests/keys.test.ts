import { describe, expect, it } from 'vitest';
import { actionOf, type Key } from '../src/logic/keys';

const press = (key: string, more: Partial<Key> = {}) =>
  actionOf({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    typing: false,
    onControl: false,
    letters: true,
    rtl: false,
    ...more,
  });

it.each([
  ['j', 'next'],
  ['ArrowDown', 'next'],
  ['k', 'previous'],
  ['ArrowUp', 'previous'],
  ['Enter', 'open'],
  ['r', 'read'],
  ['R', 'read'],
  ['u', 'unread'],
  ['/', 'search'],
  ['f', 'filter'],
  ['g', 'top'],
  ['Home', 'top'],
  ['G', 'end'],
  ['End', 'end'],
  ['p', 'pause'],
  ['x', 'select'],
  ['s', 'snooze'],
  ['m', 'mute'],
  ['e', 'archive'],
  ['#', 'delete'],
  ['Delete', 'delete'],
  ['w', 'explain'],
  ['.', 'menu'],
  ['ContextMenu', 'menu'],
  ['z', 'undo'],
  ['?', 'help'],
  ['Escape', 'escape'],
])('%s does %s', (key, action) => {
  expect(press(key)).toEqual({ do: action });
});

it('chooses an account by its number', () => {
  expect(press('0')).toEqual({ do: 'account', index: 0 });
  expect(press('9')).toEqual({ do: 'account', index: 9 });
});

it('opens the settings by Ctrl and comma, and leaves other chords to the engine', () => {
  expect(press(',', { ctrlKey: true })).toEqual({ do: 'settings' });
  expect(press(',')).toBeNull();
  expect(press('r', { ctrlKey: true })).toBeNull();
  expect(press('j', { altKey: true })).toBeNull();
});

it('selects all by Ctrl and A, row by row with Shift', () => {
  expect(press('a', { ctrlKey: true })).toEqual({ do: 'select-all' });
  expect(press('a', { ctrlKey: true, typing: true })).toBeNull();
  expect(press('ArrowDown', { shiftKey: true })).toEqual({ do: 'extend', by: 1 });
  expect(press('K', { shiftKey: true })).toEqual({ do: 'extend', by: -1 });
  expect(press('F10', { shiftKey: true })).toEqual({ do: 'menu' });
});

it('unfolds in the direction of the text', () => {
  expect(press('ArrowRight')).toEqual({ do: 'unfold' });
  expect(press('ArrowRight', { rtl: true })).toEqual({ do: 'fold' });
});

it('leaves single letters alone when they are switched off', () => {
  for (const key of ['j', 'r', 'x', '/', '?', '3']) expect(press(key, { letters: false })).toBeNull();
  expect(press('Enter', { letters: false })).toEqual({ do: 'open' });
  expect(press('Escape', { letters: false })).toEqual({ do: 'escape' });
});

describe('in a field', () => {
  it('letters are text', () => {
    for (const key of ['j', 'r', '?', '1', '/', 'Enter']) expect(press(key, { typing: true })).toBeNull();
  });

  it('Escape and the way down still work', () => {
    expect(press('Escape', { typing: true })).toEqual({ do: 'escape' });
    expect(press('ArrowDown', { typing: true })).toEqual({ do: 'next' });
  });
});

it('leaves Enter and arrows to a control that has the focus', () => {
  for (const key of ['Enter', 'ArrowDown', 'ArrowUp', 'Home', 'End']) {
    expect(press(key, { onControl: true })).toBeNull();
  }
  expect(press('j', { onControl: true })).toEqual({ do: 'next' });
});
