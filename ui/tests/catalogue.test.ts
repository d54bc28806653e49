import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, Visitor, type Message, type VariableReference } from '@fluent/syntax';
import { describe, expect, it } from 'vitest';

const here = (path: string) => join(import.meta.dirname, '..', path);
const generated = here('src/generated/messages.ts');

/** What all windows load at once, the settings window as well; what they load then, and what they never load. */
const parts = ['', 'settings/', 'engine/', 'windowless/'] as const;

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

/** A module, and all that it imports. */
function loaded(module: string, seen = new Set<string>()): string {
  if (seen.has(module)) return '';
  seen.add(module);
  const text = readFileSync(module, 'utf8');
  const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].flatMap(([, path]) =>
    ['', '.ts', '.svelte', '.svelte.ts']
      .map((ending) => join(module, '..', path + ending))
      .filter((file) => !file.includes('generated') && statSync(file, { throwIfNoEntry: false })?.isFile())
      .slice(0, 1),
  );
  return [text, ...imported.map((file) => loaded(file, seen))].join('\n');
}

/** What is written in a folder; neither what is made nor the twin of the engine says anything to anybody. */
function sources(folder: string, ending = ''): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (file) => file.isFile() && file.name.endsWith(ending) && !/(generated|web)$/.test(file.parentPath),
    )
    .map((file) => readFileSync(join(file.parentPath, file.name), 'utf8'))
    .join('\n');
}

describe('the catalogue', () => {
  const english = catalogue('en');

  it('gives its ids to the type checker, so that a missing message is a type error', () => {
    const ids = [...english.keys()].map((id) => `\n  | '${id}'`).join('');
    const made = `// Made from locales by \`npm run messages\`; not to be edited.\n\nexport type MessageId =${ids};\n`;
    if (process.env['UPDATE_MESSAGES']) writeFileSync(generated, made);
    expect(readFileSync(generated, 'utf8'), 'stale: run `npm run messages`').toBe(made);
  });

  const windows = sources(here('src'));
  const rust = sources(here('../src-tauri'), '.rs');

  it('holds no message that no face ever says', () => {
    const said = (id: string) => windows.includes(`'${id}'`) || rust.includes(`"${id}"`);
    const all = parts.map((part) => written(part, 'en')).join('\n');
    const referred = new Set(all.match(/(?<=\{ )[a-z][a-z0-9-]*(?= \})/g));
    expect([...english.keys()].filter((id) => !said(id) && !referred.has(id))).toEqual([]);
  });

  it('holds every message that the engine, tray, notifications and commands say', () => {
    const said = [...rust.matchAll(/\b(?:say|word)\(\s*"([a-z0-9-]+)"/g)].map((found) => found[1] ?? '');
    expect(said.length).toBeGreaterThan(300);
    expect(said.filter((id) => !english.has(id))).toEqual([]);
  });

  it('gives windows what they say, and what the engine may tell them', () => {
    const ids = (part: (typeof parts)[number]) => [...written(part, 'en').matchAll(/^[a-z0-9-]+(?= =)/gm)];
    const never = ids('windowless/').map(([id]) => id);
    const engine =
      sources(here('../src-tauri/crates/engine'), '.rs') + sources(here('../src-tauri/crates/core'), '.rs');
    const told = [...engine.matchAll(/Said::word\(\s*"([a-z0-9-]+)"/g)].map((found) => found[1] ?? '');
    const ofSettings = ids('settings/').map(([id]) => id);
    expect(told.filter((id) => never.includes(id) || ofSettings.includes(id))).toEqual([]);
    const feed = loaded(here('src/feed/main.ts'));
    expect(feed).toContain("'fault-jid-empty'");
    expect(ofSettings.filter((id) => feed.includes(`'${id}'`))).toEqual([]);
    expect(never.filter((id) => windows.includes(`'${id}'`))).toEqual([]);
    const later = ids('engine/').map(([id]) => id);
    expect(later.filter((id) => windows.includes(`t('${id}'`))).toEqual([]);
  });

  it.each(readdirSync(here('locales')).flatMap((file) => file.match(/^\w+(?=\.ftl$)/) ?? []))(
    'is complete in %s, with the same variables',
    (language) => {
      expect(Object.fromEntries(catalogue(language))).toEqual(Object.fromEntries(english));
    },
  );
});
