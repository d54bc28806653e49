/** Words: one Fluent catalogue per language, the desktop's language chosen at start. */
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import de from '../locales/de.ftl?raw';
import en from '../locales/en.ftl?raw';
import type { MessageId } from './generated/messages';

const catalogues: Record<string, string> = { en, de };
const rightToLeft = new Set(['ar', 'fa', 'he', 'ur']);

/** The first language asked for that there is a catalogue of; else English. */
export function choose(wanted: readonly string[]): string {
  return wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '').find((tag) => tag in catalogues) ?? 'en';
}

const asked = globalThis.navigator?.languages ?? ['en'];
export const language = choose(asked);

/** The tag for `Intl`: with the region that the person asked for, where it is of the chosen language. */
export const locale = asked.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;

const bundle = new FluentBundle(locale, { useIsolating: false });
bundle.addResource(new FluentResource(catalogues[language] ?? en));

/** Says a message. Strings are isolated, so that a name in another direction doesn't turn the sentence round. */
export function t(id: MessageId, args: Record<string, string | number> = {}): string {
  const pattern = bundle.getMessage(id)?.value;
  if (!pattern) return id;
  const given: Record<string, FluentVariable> = {};
  for (const [name, value] of Object.entries(args)) {
    given[name] = typeof value === 'string' ? `\u2068${value}\u2069` : value;
  }
  return bundle.formatPattern(pattern, given);
}

/** Tells the document its language and direction. */
export function speak(document: Document): void {
  document.documentElement.lang = language;
  document.documentElement.dir = rightToLeft.has(language) ? 'rtl' : 'ltr';
}
