// Builds the console to dist/site, unless the last build is newer than all of its sources; `--force` builds in any
// case. Plain JavaScript, since it runs before any other code of ours is built.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const here = fileURLToPath(new URL('.', import.meta.url));
const site = join(here, 'dist/site');
/** Written last, so that a build that was interrupted has no stamp. */
const stamp = join(here, 'dist/site.built');
const RECEIVERS = '../../docs/guides/receivers';
const SOURCES = [
  'src',
  'public',
  'index.html',
  'vite.config.mjs',
  'build.mjs',
  'package.json',
  RECEIVERS,
  '../../package-lock.json',
];
/** Types only: the bundle does not depend on it, and a description that changes needs no new build. */
const TYPES = join('src', 'api', 'openapi.gen.ts');
const COMPRESSED = /\.(js|css|svg)$/;
/** JavaScript of the first page, gzipped: at 1.6 Mbit/s, a slow telephone network, it takes three quarters of a second. */
const FIRST_LOAD_LIMIT_BYTES = 150_000;

function* filesUnder(path) {
  if (!statSync(path).isDirectory()) return yield path;
  for (const name of readdirSync(path)) yield* filesUnder(join(path, name));
}

/** The names are compared too: a deleted file makes no other file newer. */
const sources = () => SOURCES.flatMap((name) => [...filesUnder(join(here, name))]).filter(isSource);
const isSource = (file) => !file.endsWith('.spec.ts') && file !== join(here, TYPES);

function isBuilt(files) {
  try {
    const built = statSync(stamp).mtimeMs;
    return readFileSync(stamp, 'utf8') === listOf(files) && files.every((file) => statSync(file).mtimeMs < built);
  } catch {
    return false;
  }
}

const listOf = (files) => files.map((file) => file.slice(here.length)).join('\n');

/** Compresses each text file once, so that the registry never has to: .br and .gz lie beside it. */
function compress() {
  for (const file of [...filesUnder(site)].filter((name) => COMPRESSED.test(name))) {
    const text = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
    writeFileSync(`${file}.br`, brotliCompressSync(text, { params }));
    writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
  }
}

/** The chunks that a browser loads with this one: those that it imports at once, and theirs. */
function withImports(chunks, name, found = new Set()) {
  const chunk = chunks.get(name);
  if (chunk === undefined || found.has(chunk)) return found;
  found.add(chunk);
  for (const imported of chunk.imports) withImports(chunks, imported, found);
  return found;
}

/**
 * What each page loads where it is the first one: the entry, the page, and everything that these import at once.
 *
 * @throws Error where a page loads more than the limit
 */
function checkFirstLoads(output) {
  const chunks = new Map(output.filter(({ type }) => type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
  const entry = output.find(({ isEntry }) => isEntry);
  // The shell loads parts that are no pages, such as dialogs, when they are opened.
  const pages = entry.dynamicImports.filter((name) => chunks.get(name).name.endsWith('-page'));
  const loads = pages.map((page) => {
    const loaded = withImports(chunks, page, withImports(chunks, entry.fileName));
    const bytes = [...loaded].reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
    return { name: chunks.get(page).name, bytes };
  });
  const largest = loads.toSorted((a, b) => b.bytes - a.bytes);
  const kb = (bytes) => `${(bytes / 1_000).toFixed(1)} kB`;
  const overview = loads.find(({ name }) => name === 'overview-page');
  console.log(
    `JavaScript of a first load, gzipped: ${kb(overview.bytes)} for the overview, at most ${kb(largest[0].bytes)} (${largest[0].name}); limit ${kb(FIRST_LOAD_LIMIT_BYTES)}`,
  );
  const tooLarge = largest.filter(({ bytes }) => bytes > FIRST_LOAD_LIMIT_BYTES);
  if (tooLarge.length > 0)
    throw new Error(
      `Too much JavaScript for a first load: ${tooLarge.map(({ name, bytes }) => `${name} ${kb(bytes)}`).join(', ')}`,
    );
}

const files = sources();
if (process.argv.includes('--force') || !isBuilt(files)) {
  const startedAt = performance.now();
  const { build } = await import('vite');
  const { output } = await build({ configFile: join(here, 'vite.config.mjs'), logLevel: 'warn' });
  checkFirstLoads(output);
  compress();
  writeFileSync(stamp, listOf(files));
  console.log(`Built the console in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
}
