/** What a window takes: one definition for the tests, which judge it, and for `make bench-ui`, which shows it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { windows, type WindowName } from './catalogue.ts';

/** No window may be larger, in bytes, packed. */
export const MOST = 60_000;

/** What a page loads: itself, and the scripts and styles it names, and those they import at once. */
function loads(dist: string, entry: string): Set<string> {
  const seen = new Set([entry]);
  for (const file of seen) {
    const text = readFileSync(join(dist, file), 'utf8');
    const named = file.endsWith('.html')
      ? [...text.matchAll(/(?:src|href)="\.\/([^"]+)"/g)]
      : [...text.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g)];
    for (const [, path] of named) if (path) seen.add(file.endsWith('.html') ? path : `assets/${path}`);
  }
  return seen;
}

function packed(dist: string, files: Iterable<string>): number {
  return [...files].reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length,
    0,
  );
}

export interface Sizes {
  /** Each window with what it loads before it is shown, in English. */
  windows: Record<WindowName, number>;
  /** What the engine says, loaded once a window is there. */
  engine: number;
  /** Everything, with all languages. */
  all: number;
}

/** Bytes of a build, by `gzip -9`. */
export function sizes(dist: string): Sizes {
  const assets = readdirSync(join(dist, 'assets')).map((file) => `assets/${file}`);
  const english = (part: string) => {
    const found = assets.filter((file) => file.startsWith(`assets/en-${part}-`));
    if (found.length !== 1) throw new Error(`${found.length} English catalogues of ${part}`);
    return found;
  };
  const window = (name: WindowName) => packed(dist, [...loads(dist, `${name}.html`), ...english(name)]);
  return {
    windows: { feed: window('feed'), settings: window('settings') },
    engine: packed(dist, english('engine')),
    all: packed(dist, [...windows.map((name) => `${name}.html`), ...assets]),
  };
}
