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
const SOURCES = ['src', 'public', 'index.html', 'vite.config.mjs', 'build.mjs', '../../package-lock.json'];
/** Types only: the bundle does not depend on it, and a description that changes needs no new build. */
const TYPES = join('src', 'api', 'openapi.gen.ts');
const COMPRESSED = /\.(js|css|svg)$/;

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

const files = sources();
if (process.argv.includes('--force') || !isBuilt(files)) {
  const startedAt = performance.now();
  const { build } = await import('vite');
  await build({ configFile: join(here, 'vite.config.mjs'), logLevel: 'warn' });
  compress();
  writeFileSync(stamp, listOf(files));
  console.log(`Built the console in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
}
