import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import tauri from '../src-tauri/tauri.conf.json' with { type: 'json' };
import { catalogues, windows } from './build/catalogue.ts';

const { app } = tauri;
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const begun =
  /node_modules|\/src\/(?:i18n|ipc|errand|preferences|parts|logic\/(?:bar|clock|connection|marks|menuless|reason|sight|time))\b/;

/** What the app is served with; the web twin too, so that a breach shows in the browser tests. */
const csp = Object.entries(app.security.csp)
  .map(([directive, sources]) => `${directive} ${sources}`)
  .join('; ');

/** `vite build` makes what the app embeds; `--mode web` makes its twin for the browser, on scripted data. */
export default defineConfig(({ mode }) => {
  const web = mode === 'web';
  return {
    base: './',
    plugins: [svelte(), catalogues()],
    resolve: {
      alias: { $ipc: file(web || mode === 'test' ? 'src/ipc.web.ts' : 'src/ipc.ts') },
    },
    build: {
      outDir: web ? 'dist-web' : 'dist',
      target: ['es2023', 'safari16.4'],
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      // Which packages are in the windows, for packaging/notices.
      license: web ? false : { fileName: 'packages.json' },
      rollupOptions: {
        input: { feed: file('feed.html'), settings: file('settings.html') },
        output: {
          // What both windows begin with is one chunk: packed together it is smaller. What else they share isn't needed at once.
          codeSplitting: { groups: [{ name: 'shared', minShareCount: 2, test: begun }] },
          // A window's words are a chunk for each language; what the engine finds is another, which no window waits for.
          chunkFileNames: ({ facadeModuleId }) => {
            const of = ['engine', ...windows].find(
              (part) =>
                facadeModuleId?.endsWith(`.ftl?${part}`) || facadeModuleId?.includes(`/locales/${part}/`),
            );
            return `assets/[name]${of ? `-${of}` : ''}-[hash].js`;
          },
        },
      },
    },
    preview: { host: '127.0.0.1', port: 4179, strictPort: true, headers: { 'Content-Security-Policy': csp } },
    // Reading all sources takes its time on a busy machine.
    test: {
      include: ['tests/**/*.test.ts'],
      environment: 'node',
      setupFiles: ['tests/english.ts'],
      testTimeout: 60_000,
    },
  };
});
