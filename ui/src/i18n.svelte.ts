/**
 * Words: one Fluent catalogue per language, loaded when it is first spoken. Another can be spoken at any time. A window
 * loads what it says, parsed by the build (`build/catalogue.ts`).
 */
import { FluentBundle, type FluentVariable, type Message } from '@fluent/bundle';
import type { MessageId } from './generated/messages';
import type { Said } from './generated/wire';

/** The languages there are catalogues of, each by its own name. */
export const languages = { en: 'English', de: 'Deutsch', ar: 'العربية' } as const;
export type Language = keyof typeof languages;

const rightToLeft: ReadonlySet<Language> = new Set(['ar']);
type Words = Record<string, Message['value']>;
const ofFeed = import.meta.glob<Words>('../locales/*.ftl', { query: '?feed', import: 'default' });
const ofSettings = import.meta.glob<Words>('../locales/*.ftl', { query: '?settings', import: 'default' });
const ofEngine = import.meta.glob<Words>('../locales/engine/*.ftl', { import: 'default' });

interface Speech {
  language: Language;
  /** The tag for `Intl`. */
  locale: string;
  bundle: FluentBundle;
  /** Whether there are words for what the engine finds, too. */
  whole: boolean;
}

let speech = $state.raw<Speech>();
let wanted = 0;
let engineSpeaks: Promise<void> | undefined;

/** The first language asked for that there is a catalogue of; else English. */
export function choose(asked: readonly string[]): Language {
  const tags = asked.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  return tags.find((tag): tag is Language => tag in languages) ?? 'en';
}

/**
 * Speaks a language from now on, or the desktop's; tells the document, and rejects if the catalogue isn't there. What the
 * engine finds follows a little later: the window needn't wait for it.
 */
export async function speak(named: Language | 'system'): Promise<void> {
  const turn = (wanted += 1);
  const asked = globalThis.navigator?.languages ?? ['en'];
  const language = named === 'system' ? choose(asked) : named;
  // With the region that the person asked for, where it is of the chosen language.
  const locale = asked.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;
  const bundle = new FluentBundle(locale, { useIsolating: false });
  for (const catalogue of await Promise.all(ownWords(language))) learn(bundle, catalogue);
  if (turn !== wanted) return;
  speech = { language, locale, bundle, whole: false };
  engineSpeaks = ofEngine[`../locales/engine/${language}.ftl`]?.().then((words) => {
    learn(bundle, words);
    // What was asked for before is said now.
    if (turn === wanted) speech = { language, locale, bundle, whole: true };
  });
  if (!globalThis.document) return;
  document.documentElement.lang = language;
  document.documentElement.dir = rightToLeft.has(language) ? 'rtl' : 'ltr';
}

/** What this window says; without a window, what both say. */
function ownWords(language: Language): Promise<Words>[] {
  const window = globalThis.document?.documentElement.dataset['window'];
  const own = [...(window === 'settings' ? [] : [ofFeed]), ...(window === 'feed' ? [] : [ofSettings])];
  return own.flatMap((catalogues) => catalogues[`../locales/${language}.ftl`]?.() ?? []);
}

function learn(bundle: FluentBundle, words: Words): void {
  const body = Object.entries(words).map(([id, value]) => ({ id, value, attributes: {} }));
  bundle.addResource({ body }, { allowOverrides: true });
}

/** The tag of the language spoken, for `Intl`. */
export function locale(): string {
  return speech?.locale ?? 'en';
}

/** Text between marks that keep its direction to itself (FSI, PDI). */
export function isolated(text: string): string {
  return String.fromCharCode(0x2068) + text + String.fromCharCode(0x2069);
}

/** Says a message. Strings are isolated, so that a name in another direction doesn't turn the sentence round. */
export function t(id: MessageId, args: Record<string, string | number> = {}): string {
  const pattern = speech?.bundle.getMessage(id)?.value;
  if (!pattern) return id;
  const given: Record<string, FluentVariable> = {};
  for (const [name, value] of Object.entries(args)) {
    given[name] = typeof value === 'string' ? isolated(value) : value;
  }
  return speech?.bundle.formatPattern(pattern, given) ?? id;
}

/** Resolves when there are words for what the engine finds as well. */
export async function engineIsSpoken(): Promise<void> {
  await engineSpeaks;
}

/** What the engine says, in the language spoken now; nothing until its words are there. */
export function told(said: Said): string {
  if (typeof said === 'string') return said;
  if (Array.isArray(said)) return said.map(told).join('\n');
  const args = Object.entries(said.args).map(([name, arg]) => [
    name,
    typeof arg === 'number' ? arg : told(arg),
  ]);
  if (!speech?.whole && !speech?.bundle.hasMessage(said.id)) return '';
  return t(said.id as MessageId, Object.fromEntries(args));
}
