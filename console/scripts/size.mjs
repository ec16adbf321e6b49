// Fails when the JavaScript that a first page needs, compressed, is over its bar. Run after `npm run build`.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 180;
const FIRST_PAGES = { 'log-in': ['src/pages/LogIn.tsx'], home: ['src/routes.tsx', 'src/pages/Home.tsx'] };
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

/** All files that an entry loads before it can be shown: itself and its static imports. */
function closure(name, seen = new Set()) {
  const chunk = manifest[name];
  if (chunk === undefined) throw new Error(`${name} is not in the manifest: was the page renamed?`);
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const imported of chunk.imports ?? []) closure(imported, seen);
  return seen;
}

const weigh = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1024;
let isOver = false;
for (const [page, parts] of Object.entries(FIRST_PAGES)) {
  const files = new Set();
  for (const part of ['index.html', ...parts]) closure(part, files);
  const total = [...files].filter((file) => file.endsWith('.js')).reduce((sum, file) => sum + weigh(file), 0);
  isOver ||= total > LIMIT_KB;
  console.log(
    `${total > LIMIT_KB ? 'OVER' : 'ok  '} ${page.padEnd(8)} ${total.toFixed(1)} KB of ${LIMIT_KB} KB gzip, ${files.size} files`,
  );
}
process.exit(isOver ? 1 : 0);
