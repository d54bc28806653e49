/** Which key does what in the feed. */

export type Action =
  | { do: 'next' | 'previous' | 'top' | 'end' | 'open' | 'read' | 'undo' | 'search' | 'filter' | 'unread' }
  | { do: 'pause' | 'settings' | 'help' | 'escape' }
  | { do: 'account'; index: number };

export interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  /** Whether the focus is in a field that takes text. */
  typing: boolean;
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
  '/': { do: 'search' },
  '?': { do: 'help' },
};

/** The action of a key press, or `null` when it is not ours. */
export function actionOf(key: Key): Action | null {
  const chord = key.ctrlKey || key.metaKey;
  if (chord) return key.key === ',' && !key.altKey ? { do: 'settings' } : null;
  if (key.altKey) return null;
  if (key.key === 'Escape') return { do: 'escape' };
  if (key.typing) return key.key === 'ArrowDown' ? { do: 'next' } : null;
  if (!key.onControl) {
    if (key.key === 'Enter') return { do: 'open' };
    if (key.key === 'ArrowDown') return { do: 'next' };
    if (key.key === 'ArrowUp') return { do: 'previous' };
    if (key.key === 'Home') return { do: 'top' };
    if (key.key === 'End') return { do: 'end' };
  }
  if (/^[0-9]$/.test(key.key)) return { do: 'account', index: Number(key.key) };
  // Shift+G is the one letter whose capital means something else; with caps lock on, the rest still work.
  return letters[key.key] ?? letters[key.key.toLowerCase()] ?? null;
}
