import { defineConfig } from '@hey-api/openapi-ts';

/** The client is generated from the gateway's snapshot and checked in; `npm run gen` after that file changes. */
export default defineConfig({
  input: '../gateway/openapi.json',
  output: { path: 'src/api/generated', clean: true },
  // Lists are pages by token: this makes infinite queries of them.
  parser: { pagination: { keywords: ['page_token'] } },
  plugins: [
    { name: '@hey-api/client-fetch', runtimeConfigPath: './src/api/clientConfig' },
    '@hey-api/typescript',
    // The session is a cookie: the browser sends it by itself.
    { name: '@hey-api/sdk', auth: false },
    { name: '@tanstack/react-query', queryOptions: true, mutationOptions: true, infiniteQueryOptions: true },
  ],
});
