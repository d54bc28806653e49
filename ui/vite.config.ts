import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the app is served with; the web twin too, so that a breach shows in the browser tests. */
const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'";

/** `vite build` makes what the app embeds; `--mode web` makes its twin for the browser, on scripted data. */
export default defineConfig(({ mode }) => {
  const web = mode === 'web';
  return {
    base: './',
    plugins: [svelte()],
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
          // What the engine finds is a chunk of its own for each language, which no window waits for; so is what
          // only the settings window says.
          chunkFileNames: ({ facadeModuleId }) => {
            const part = /\/locales\/(\w+)\//.exec(facadeModuleId ?? '')?.[1];
            return part ? `assets/${part}-[name]-[hash].js` : 'assets/[name]-[hash].js';
          },
        },
      },
    },
    preview: { host: '127.0.0.1', port: 4179, strictPort: true, headers: { 'Content-Security-Policy': csp } },
    test: { include: ['tests/**/*.test.ts'], environment: 'node', setupFiles: ['tests/english.ts'] },
  };
});
