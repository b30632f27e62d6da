/**
 * `node tools/upgrades/record.ts`: keeps what this version writes in tools/upgrades/recorded/<version>.json, once, when it is tagged. Later
 * versions must read it: a file there is never written again.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../dev/settings.ts';
import { FOLDER } from './recorded.ts';
import { samples } from './samples.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
const file = `${FOLDER}/${process.argv[2] ?? version}.json`;
if (existsSync(file)) {
  console.error(`${file} is there: what a version has written stays as it is.`);
  process.exit(1);
}
writeFileSync(file, `${JSON.stringify(samples(), null, 2)}\n`);
console.log(`Wrote ${file}`);
