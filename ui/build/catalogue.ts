/**
 * Catalogues reach a window parsed, so that it bears no parser, and without what only the other window says:
 * `en.ftl?feed` leaves out the groups that are headed `## Settings`, `en.ftl?settings` those headed `## Feed`.
 */
import { FluentResource } from '@fluent/bundle';
import type { Plugin } from 'vite';

export const windows = ['feed', 'settings'] as const;
export type WindowName = (typeof windows)[number];

/** What a window says of a catalogue, as it is written. */
export function saidBy(window: WindowName, written: string): string {
  const others = windows.filter((other) => other !== window).join('|');
  return written
    .split(/^(?=## )/m)
    .filter((group) => !new RegExp(`^## (?:${others})\\b`, 'i').test(group))
    .join('');
}

/** Each message by its id, parsed. */
function parsed(written: string): Record<string, unknown> {
  return Object.fromEntries(new FluentResource(written).body.map(({ id, value }) => [id, value]));
}

export function catalogues(): Plugin {
  return {
    name: 'catalogues',
    transform: {
      filter: { id: /\.ftl(?:\?|$)/ },
      handler(written, id) {
        const window = windows.find((name) => id.endsWith(`.ftl?${name}`));
        const messages = parsed(window ? saidBy(window, written) : written);
        return { code: `export default ${JSON.stringify(messages)};`, map: null };
      },
    },
  };
}
