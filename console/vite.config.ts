/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds a gateway: the address that `promptpilot up` prints. */
const gateway = process.env.PP_URL ?? 'http://127.0.0.1:8080';

/** What every page needs, in one file: together it compresses better than in twenty. */
const base =
  /node_modules\/(react|react-dom|scheduler|react-router|@tanstack|@emotion|stylis|clsx|@mui\/(system|utils|styled-engine|private-theming|material\/(styles|Box|Button|ButtonBase|IconButton|Typography|Paper|Alert|AlertTitle|SvgIcon|CssBaseline|GlobalStyles|CircularProgress|Link|internal|utils|zero-styled|className)))\//;

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { host: '127.0.0.1', proxy: { '/v1': { target: gateway } } },
  build: {
    target: 'es2022',
    manifest: true, // scripts/size.mjs reads which files the first route needs
    modulePreload: { polyfill: false }, // an inline script otherwise, which the content security policy refuses
    assetsInlineLimit: 0, // data: addresses are refused by the policy as well
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'base', test: base, priority: 1 }] } } },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing.ts'],
    restoreMocks: true,
  },
});
