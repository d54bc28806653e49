import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, Visitor, type Message, type VariableReference } from '@fluent/syntax';
import { describe, expect, it } from 'vitest';
import { saidBy, windows as windowNames, type WindowName } from '../build/catalogue';

const here = (path: string) => join(import.meta.dirname, '..', path);
const generated = here('src/generated/messages.ts');

/** What windows load at once, what they load then, and what they never load. */
const parts = ['', 'engine/', 'windowless/'] as const;

function written(part: string, language: string): string {
  return readFileSync(here(`locales/${part}${language}.ftl`), 'utf8');
}

/** Each message's id with the names of the variables it takes. */
function catalogue(language: string): Map<string, string> {
  const found = new Map<string, string>();
  const entries = parts.flatMap((part) => parse(written(part, language), {}).body);
  for (const entry of entries) {
    if (entry.type === 'Junk') throw new Error(`${language}.ftl: ${JSON.stringify(entry)}`);
    if (entry.type !== 'Message') continue;
    const message = entry as Message;
    const variables = new Set<string>();
    const visitor = new (class extends Visitor {
      override visitVariableReference(node: VariableReference): void {
        variables.add(node.id.name);
      }
    })();
    visitor.visit(message);
    if (found.has(message.id.name)) throw new Error(`${language}.ftl has ${message.id.name} twice`);
    found.set(message.id.name, [...variables].sort().join(' '));
  }
  return found;
}

/** What is written in a folder; neither what is made nor the twin of the engine says anything to anybody. */
function sources(folder: string, ending = ''): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (file) => file.isFile() && file.name.endsWith(ending) && !/(generated|web)$/.test(file.parentPath),
    )
    .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'));
}

/**
 * The messages that files of the UI say: what `t()` is given, and what stands where a file speaks of a `MessageId`. Not
 * every word in quotes is one: `'archive'` is a command, too.
 */
function saidIn(files: Iterable<string>): Set<string> {
  const said = new Set<string>();
  const take = (code: string, shape: RegExp) => {
    for (const [, id] of code.matchAll(shape)) if (id) said.add(id);
  };
  for (const text of files) {
    for (const { index } of text.matchAll(/\bt\(/g)) take(firstArgument(text, index + 2), /'([a-z0-9-]+)'/g);
    if (text.includes('MessageId')) take(text, /'([a-z0-9]+(?:-[a-z0-9]+)+)'/g);
  }
  return said;
}

/** What stands from a parenthesis to the comma or parenthesis that ends its first argument. */
function firstArgument(text: string, from: number): string {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if ('([{'.includes(letter)) depth += 1;
    else if (')]}'.includes(letter)) depth -= 1;
    if (depth < 0 || (depth === 0 && letter === ',')) return text.slice(from, at);
  }
  return '';
}

/** What is written in a window's files, from the one that begins it on. */
function sourcesOf(window: WindowName): Iterable<string> {
  const found = new Map<string, string>();
  const walk = (file: string): void => {
    if (found.has(file)) return;
    const text = readFileSync(file, 'utf8');
    found.set(file, text);
    for (const [, path = ''] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const to = join(dirname(file), path);
      const there = [to, `${to}.ts`].find((name) => statSync(name, { throwIfNoEntry: false })?.isFile());
      if (there === undefined) throw new Error(`${file}: ${path}`);
      if (!there.includes('generated')) walk(there);
    }
  };
  walk(here(`src/${window}/main.ts`));
  return found.values();
}

function idsOf(text: string): string[] {
  return [...text.matchAll(/^[a-z0-9-]+(?= =)/gm)].map(([id]) => id);
}

const languages = readdirSync(here('locales')).flatMap((file) => file.match(/^\w+(?=\.ftl$)/) ?? []);

describe('the catalogue', () => {
  const english = catalogue('en');

  it('gives its ids to the type checker, so that a missing message is a type error', () => {
    const ids = [...english.keys()].map((id) => `\n  | '${id}'`).join('');
    const made = `// Made from locales by \`npm run messages\`; not to be edited.\n\nexport type MessageId =${ids};\n`;
    if (process.env['UPDATE_MESSAGES']) writeFileSync(generated, made);
    expect(readFileSync(generated, 'utf8'), 'stale: run `npm run messages`').toBe(made);
  });

  const windows = saidIn(sources(here('src')));
  const rust = sources(here('../src-tauri'), '.rs').join('\n');
  const saidByRust = (id: string) =>
    new RegExp(id.includes('-') ? `"${id}"` : `\\b(?:say|word)\\(\\s*"${id}"`).test(rust);

  it('holds no message that no face ever says', () => {
    const said = (id: string) => windows.has(id) || saidByRust(id);
    const all = parts.map((part) => written(part, 'en')).join('\n');
    const referred = new Set(all.match(/(?<=\{ )[a-z][a-z0-9-]*(?= \})/g));
    expect([...english.keys()].filter((id) => !said(id) && !referred.has(id))).toEqual([]);
  });

  const engine = ['engine', 'core']
    .flatMap((crate) => sources(here(`../src-tauri/crates/${crate}`), '.rs'))
    .join('\n');

  it('holds every message that the engine, tray, notifications and commands say', () => {
    const said = [...rust.matchAll(/\b(?:say|word)\(\s*"([a-z0-9-]+)"/g)].map((found) => found[1] ?? '');
    expect(said.length).toBeGreaterThan(300);
    expect(said.filter((id) => !english.has(id))).toEqual([]);
  });

  it('gives windows what they say, and what the engine may tell them', () => {
    const never = idsOf(written('windowless/', 'en'));
    const told = [...engine.matchAll(/Said::word\(\s*"([a-z0-9-]+)"/g)].map((found) => found[1] ?? '');
    expect(told.filter((id) => never.includes(id))).toEqual([]);
    expect(never.filter((id) => windows.has(id))).toEqual([]);
    const later = idsOf(written('engine/', 'en'));
    expect(later.filter((id) => windows.has(id))).toEqual([]);
  });

  it.each(windowNames)('gives the %s window all that it says', (window) => {
    const given = new Set(idsOf(saidBy(window, written('', 'en'))));
    const left = idsOf(written('', 'en')).filter((id) => !given.has(id));
    const said = saidIn(sourcesOf(window));
    expect(left.length).toBeGreaterThan(30);
    expect(left.filter((id) => said.has(id) || engine.includes(`Said::word("${id}"`))).toEqual([]);
    for (const language of languages) {
      expect(new Set(idsOf(saidBy(window, written('', language))))).toEqual(given);
    }
  });

  it.each(languages)('is complete in %s, with the same variables', (language) => {
    expect(Object.fromEntries(catalogue(language))).toEqual(Object.fromEntries(english));
  });
});
