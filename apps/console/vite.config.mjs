import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));

/** The address at which `npx vite apps/console` finds the API: a running `npm start`. */
const SIGNET = process.env.SIGNET_URL ?? 'http://localhost:8080';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/console/',
  cacheDir: fileURLToPath(new URL('../../.tmp/vite', import.meta.url)),
  // The console shows the receivers of the guides: the files themselves, which tests run.
  resolve: { alias: { '@receivers': fileURLToPath(new URL('../../docs/guides/receivers', import.meta.url)) } },
  define: { SIGNET_VERSION: JSON.stringify(version) },
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    target: 'es2023',
    // Fonts and icons stay files: the content security policy allows no data: URLs for them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: {
      // Hides the warning about "use client", a directive for frameworks that render on a server.
      onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
    },
  },
  server: { proxy: { '/v1': SIGNET } },
});
