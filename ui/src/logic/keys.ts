/** Which key does what in the feed. */
import type { MessageId } from '../generated/messages';
import { t } from '../i18n.svelte';

export type Action =
  | { do: 'next' | 'previous' | 'top' | 'end' | 'open' | 'read' | 'undo' | 'search' | 'filter' | 'unread' }
  | {
      do:
        | 'pause'
        | 'settings'
        | 'help'
        | 'escape'
        | 'snooze'
        | 'mute'
        | 'archive'
        | 'delete'
        | 'explain'
        | 'select'
        | 'select-all'
        | 'menu'
        | 'unfold'
        | 'fold';
    }
  | { do: 'extend'; by: 1 | -1 }
  | { do: 'account'; index: number };

export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** Whether the focus is in a field that takes text. */
  typing: boolean;
  shiftKey: boolean;
  /** Whether single letters are commands. */
  letters: boolean;
  /** Whether the window is written from right to left. */
  rtl: boolean;
  /** Whether the focus is on a control that Enter, Space or the arrows work. */
  onControl: boolean;
}

const letters: Record<string, Action> = {
  j: { do: 'next' },
  k: { do: 'previous' },
  g: { do: 'top' },
  G: { do: 'end' },
  r: { do: 'read' },
  z: { do: 'undo' },
  u: { do: 'unread' },
  f: { do: 'filter' },
  p: { do: 'pause' },
  s: { do: 'snooze' },
  m: { do: 'mute' },
  e: { do: 'archive' },
  '#': { do: 'delete' },
  w: { do: 'explain' },
  x: { do: 'select' },
  '.': { do: 'menu' },
  '/': { do: 'search' },
  '?': { do: 'help' },
};

/** The action of a key press, or `null` when it is not ours. */
export function actionOf(key: Key): Action | null {
  if (key.ctrlKey || key.metaKey) return chordOf(key);
  if (key.altKey) return null;
  if (key.key === 'Escape') return { do: 'escape' };
  if (key.typing) return key.key === 'ArrowDown' ? { do: 'next' } : null;
  if (!key.onControl) {
    const action = named(key);
    if (action) return action;
  }
  if (!key.letters) return null;
  if (/^[0-9]$/.test(key.key)) return { do: 'account', index: Number(key.key) };
  if (key.shiftKey && key.key === 'J') return { do: 'extend', by: 1 };
  if (key.shiftKey && key.key === 'K') return { do: 'extend', by: -1 };
  // Of the other letters only G means something else as a capital; with caps lock on, the rest still work.
  return letters[key.key] ?? letters[key.key.toLowerCase()] ?? null;
}

function chordOf(key: Key): Action | null {
  if (key.altKey) return null;
  if (key.key === ',') return { do: 'settings' };
  return key.key.toLowerCase() === 'a' && !key.typing && !key.shiftKey ? { do: 'select-all' } : null;
}

function named(key: Key): Action | null {
  switch (key.key) {
    case 'Enter':
      return { do: 'open' };
    case 'ArrowDown':
      return key.shiftKey ? { do: 'extend', by: 1 } : { do: 'next' };
    case 'ArrowUp':
      return key.shiftKey ? { do: 'extend', by: -1 } : { do: 'previous' };
    case 'ArrowRight':
      return { do: key.rtl ? 'fold' : 'unfold' };
    case 'ArrowLeft':
      return { do: key.rtl ? 'unfold' : 'fold' };
    case 'Home':
      return { do: 'top' };
    case 'End':
      return { do: 'end' };
    case 'Delete':
      return { do: 'delete' };
    case 'ContextMenu':
      return { do: 'menu' };
    case 'F10':
      return key.shiftKey ? { do: 'menu' } : null;
    default:
      return null;
  }
}

const caps: Record<string, MessageId> = {
  Ctrl: 'cap-ctrl',
  Shift: 'cap-shift',
  Enter: 'cap-enter',
  Del: 'cap-delete',
  Esc: 'cap-escape',
};

/** Keys pressed together, by what is written on them in the window's language: "Strg ,". */
export function lettered(chord: string): string {
  const letter = (key: string) => (caps[key] ? t(caps[key]) : key);
  return chord.split(' ').map(letter).join(' ');
}
