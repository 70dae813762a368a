/**
 * How the pages are built: `vite build -c web/vite.config.ts` puts hashed files and a manifest into dist/web, which the
 * gateway serves. Nothing is inlined (the content security policy allows only files of our own), nothing comes from elsewhere.
 * `vite -c web/vite.config.ts` serves them while they are being worked on, with a gateway on port 5000 behind them.
 */
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type UserConfig } from 'vite';

const GATEWAY = process.env.AUTOKRATOR_GATEWAY ?? 'http://127.0.0.1:5000';
/** What the gateway answers itself; everything else is a page. */
const GATEWAY_ROUTES = '^/(api|register|login|refresh|logout)($|/)';

const CONFIG: UserConfig = {
  root: import.meta.dirname,
  plugins: [react()],
  server: { proxy: { [GATEWAY_ROUTES]: { target: GATEWAY, ws: true } } },
  build: {
    outDir: join(import.meta.dirname, '../dist/web'),
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox124', 'safari17.5'],
    sourcemap: true,
  },
};

export default defineConfig(({ command }) => {
  // Whatever the environment of the process that asks for it: a test runner would get the libraries' slow double.
  if (command === 'build') process.env.NODE_ENV = 'production';
  return CONFIG;
});
