/** Language and looks as the engine keeps them for all windows: what one changes, the others take up. */
import { call, listen } from '$ipc';
import type { GeneralSettings } from './generated/wire';
import { speak } from './i18n.svelte';

/** An engine that says nothing for so long doesn't keep the window shut. */
const PATIENCE = 1000;

let held = $state.raw<GeneralSettings>({
  language: 'system',
  theme: 'system',
  rows: 'full',
  letters: true,
  keep_days: 30,
});

/** What is preferred now. */
export function preferences(): GeneralSettings {
  return held;
}

/** Takes up what is set, now and whenever it changes. Resolves when there are words to speak. */
export async function begin(): Promise<void> {
  listen((notice) => {
    if (notice.on === 'settings') void read();
  });
  await Promise.race([read(), new Promise((over) => setTimeout(over, PATIENCE))]);
  await speak(held.language);
}

async function read(): Promise<void> {
  const before = held;
  try {
    held = (await call<'general_settings'>({ do: 'general_settings' })).settings;
  } catch {
    // As before; what is wrong with the engine shows where it is asked for mail.
    return;
  }
  if (held.theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = held.theme;
  if (held.language !== before.language) await speak(held.language);
}
