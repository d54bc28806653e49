/** Words: one Fluent catalogue per language, loaded when it is first spoken. Another can be spoken at any time. */
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import type { MessageId } from './generated/messages';

/** The languages there are catalogues of, each by its own name. */
export const languages = { en: 'English', de: 'Deutsch', ar: 'العربية' } as const;
export type Language = keyof typeof languages;

const rightToLeft: ReadonlySet<Language> = new Set(['ar']);
const catalogues = import.meta.glob<string>('../locales/*.ftl', { query: '?raw', import: 'default' });

interface Speech {
  language: Language;
  /** The tag for `Intl`. */
  locale: string;
  bundle: FluentBundle;
}

let speech = $state.raw<Speech>();
let wanted = 0;

/** The first language asked for that there is a catalogue of; else English. */
export function choose(asked: readonly string[]): Language {
  const tags = asked.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  return tags.find((tag): tag is Language => tag in languages) ?? 'en';
}

/** Speaks a language from now on, or the desktop's; tells the document, and rejects if the catalogue isn't there. */
export async function speak(named: Language | 'system'): Promise<void> {
  const turn = (wanted += 1);
  const asked = globalThis.navigator?.languages ?? ['en'];
  const language = named === 'system' ? choose(asked) : named;
  // With the region that the person asked for, where it is of the chosen language.
  const locale = asked.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;
  const bundle = new FluentBundle(locale, { useIsolating: false });
  bundle.addResource(new FluentResource((await catalogues[`../locales/${language}.ftl`]?.()) ?? ''));
  if (turn !== wanted) return;
  speech = { language, locale, bundle };
  if (!globalThis.document) return;
  document.documentElement.lang = language;
  document.documentElement.dir = rightToLeft.has(language) ? 'rtl' : 'ltr';
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
