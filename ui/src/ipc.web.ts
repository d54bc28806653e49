/**
 * The twin of `ipc.ts` for a browser without the app: the same functions on a scripted engine. `?state=` chooses the
 * script (see `web/script.ts`); `window.twin` lets a test play the engine's part.
 */
import type { Errand } from './errand';
import type { Check, Command, Notice, Reply, StartAtLogin } from './generated/wire';
import type { ReplyTo, WindowName } from './ipc';
import { Engine } from './web/engine';
import { script } from './web/script';

export type { ReplyTo, WindowName } from './ipc';

const state = new URLSearchParams(globalThis.location?.search ?? '').get('state') ?? 'busy';
const engine = new Engine(script(state, Date.now()));

declare global {
  interface Window {
    twin: Engine;
  }
}
if (globalThis.window) window.twin = engine;

export async function call<K extends Command['do']>(
  command: Extract<Command, { do: K }>,
): Promise<ReplyTo<K>> {
  const reply: Reply = structuredClone(await engine.answer(structuredClone(command) as Command));
  // As from another process: the page goes on in a task of its own.
  await new Promise((go) => setTimeout(go));
  return reply as ReplyTo<K>;
}

export function listen(hear: (notice: Notice) => void): () => void {
  engine.ears.add(hear);
  return () => void engine.ears.delete(hear);
}

export async function openLink(seq: number): Promise<void> {
  engine.asked.push({ open_link: seq });
}

export async function showWindow(name: WindowName, errand?: Errand): Promise<void> {
  engine.asked.push({ show_window: name, ...(errand && { errand }) });
}

export async function startDemo(): Promise<void> {
  engine.asked.push({ start_demo: true });
}

export async function startAtLogin(): Promise<StartAtLogin | null> {
  return engine.start;
}

export async function setStartAtLogin(wanted: StartAtLogin): Promise<StartAtLogin> {
  engine.asked.push({ set_start_at_login: wanted });
  return (engine.start = wanted);
}

export async function exportSettings(): Promise<string> {
  engine.asked.push({ export_settings: true });
  return '/home/lena/Downloads/mailwren-settings.toml';
}

export async function examine(): Promise<Check[]> {
  engine.asked.push({ examine: true });
  return engine.script.checks ?? [];
}

export async function closeWindow(): Promise<void> {
  engine.asked.push({ close_window: true });
}
