#!/usr/bin/env node
// npm links this file as `signet` when it installs, before anything is built.
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  process.stderr.write('signet is not built yet: run npm run build, or npm start, in the folder of Signet first.\n');
  process.exitCode = 1;
}
