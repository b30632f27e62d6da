import { readFileSync } from 'node:fs';

/** Version of the package that this file is part of; all packages of the repository have the same. */
export const { version: VERSION } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
