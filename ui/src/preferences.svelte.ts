/**
 * How the windows look and listen to keys on this desktop. The engine has no use for it, so it is kept by the web side
 * (`localStorage`), for both windows: what one changes, the other takes up.
 */
import { languages, speak, type Language } from './i18n.svelte';

export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  language: 'system' | Language;
  rows: 'full' | 'compact';
  /** Whether single letters are commands in the feed. */
  letters: boolean;
}

const KEY = 'mailwren.preferences';
const asShipped: Preferences = { theme: 'system', language: 'system', rows: 'full', letters: true };
const choices = {
  theme: ['system', 'light', 'dark'],
  language: ['system', ...Object.keys(languages)],
  rows: ['full', 'compact'],
  letters: [true, false],
} as const;

let held = $state.raw<Preferences>(asShipped);

/** What is preferred now. */
export function preferences(): Preferences {
  return held;
}

/** Takes up what is stored, and follows what the other window changes. Resolves when there are words to speak. */
export async function begin(): Promise<void> {
  // Not every engine tells windows of each other's changes; the focus comes with the person in any case.
  addEventListener('storage', (event) => event.key === KEY && void apply(stored()));
  addEventListener('focus', () => void apply(stored()));
  held = stored();
  wear(held.theme);
  await speak(held.language);
}

/** Changes a preference at once. Throws if it couldn't be kept; then nothing changed. */
export async function prefer(change: Partial<Preferences>): Promise<void> {
  const next = { ...held, ...change };
  localStorage.setItem(KEY, JSON.stringify(next));
  await apply(next);
}

async function apply(next: Preferences): Promise<void> {
  const before = held;
  held = next;
  wear(next.theme);
  if (next.language !== before.language) await speak(next.language);
}

function wear(theme: Preferences['theme']): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** What is stored, so far as it makes sense. */
function stored(): Preferences {
  try {
    return sensible(JSON.parse(localStorage.getItem(KEY) ?? '{}'));
  } catch {
    return asShipped;
  }
}

/** Values that are among the choices; the shipped one where there is none. */
export function sensible(found: unknown): Preferences {
  const given = (typeof found === 'object' && found !== null ? found : {}) as Record<string, unknown>;
  const pick = <K extends keyof Preferences>(key: K): Preferences[K] => {
    const value = given[key] as Preferences[K];
    return (choices[key] as readonly unknown[]).includes(value) ? value : asShipped[key];
  };
  return { theme: pick('theme'), language: pick('language'), rows: pick('rows'), letters: pick('letters') };
}
