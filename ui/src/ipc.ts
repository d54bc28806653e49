/** The one door to the engine: everything else in the UI is plain web. `ipc.web.ts` is its twin for a browser. */
import { invoke } from '@tauri-apps/api/core';
import { listen as listenTo } from '@tauri-apps/api/event';
import { leave, type Errand } from './errand';
import type { ApiError, Check, Command, Notice, Reply, StartAtLogin } from './generated/wire';

export type WindowName = 'feed' | 'settings';
type Ask = Command['do'];

/** A reply bears its command's tag; commands with nothing to tell are answered by `done`. */
export type ReplyTo<K extends Ask> = K extends Reply['re']
  ? Extract<Reply, { re: K }>
  : Extract<Reply, { re: K extends 'act' | 'undo_act' ? 'acted' : 'done' }>;

const door = document.documentElement.dataset['window'] === 'settings' ? 'settings_call' : 'feed_call';

/** Sends one command. Rejects with an {@link ApiError}. */
export function call<K extends Ask>(command: Extract<Command, { do: K }>): Promise<ReplyTo<K>> {
  return invoke<ReplyTo<K>>(door, { command }).catch(rethrow);
}

/** Hears every notice until the returned function is called. */
export function listen(hear: (notice: Notice) => void): () => void {
  const stop = listenTo<Notice>('notice', (event) => hear(event.payload));
  return () => void stop.then((unlisten) => unlisten());
}

/** Opens the link of a stored row with the desktop's own program. */
export function openLink(seq: number): Promise<void> {
  return invoke<void>('open_link', { seq }).catch(rethrow);
}

/** Opens another window, or brings it to the front, with an errand if there is one. */
export function showWindow(name: WindowName, errand?: Errand): Promise<void> {
  if (errand) leave(errand);
  return invoke<void>('show_window', { name }).catch(rethrow);
}

/** Starts another Mailwren on the demo: it has a profile of its own, which is thrown away. */
export function startDemo(): Promise<void> {
  return invoke<void>('start_demo').catch(rethrow);
}

/** What the desktop does at login; nothing of a profile that it doesn't start. */
export function startAtLogin(): Promise<StartAtLogin | null> {
  return invoke<StartAtLogin | null>('start_at_login').catch(rethrow);
}

/** Has the desktop start Mailwren at login, or no longer; tells what it does then. */
export function setStartAtLogin(wanted: StartAtLogin): Promise<StartAtLogin> {
  return invoke<StartAtLogin>('set_start_at_login', { wanted }).catch(rethrow);
}

/** Writes the settings, without secrets, among the downloads; tells the file's path. */
export function exportSettings(): Promise<string> {
  return invoke<string>('export_settings').catch(rethrow);
}

/** Looks after what Mailwren needs on this computer, and how its accounts stand. */
export function examine(): Promise<Check[]> {
  return invoke<Check[]>('examine').catch(rethrow);
}

/** Closes this window; the app stays in the tray. */
export function closeWindow(): Promise<void> {
  return invoke<void>('close_window').catch(rethrow);
}

function rethrow(error: unknown): never {
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
    throw error as ApiError;
  }
  throw { code: 'internal', message: String(error), hint: null } satisfies ApiError;
}
