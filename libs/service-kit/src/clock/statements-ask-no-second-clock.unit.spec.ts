import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** PostgreSQL's own words for the present, and no method or function of ours that is called `now`. */
const PRESENT =
  /(?<![.\w])(now\(\)|(clock|statement|transaction)_timestamp\(\)|(current|local)_(timestamp|date|time)\b|localtimestamp\b)/i;
const IS_TYPESCRIPT = /(= now\(\);|(private|public) now\(\))/;

/** Where a statement may ask PostgreSQL for the time, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  'libs/service-kit/src/clock/ask-for-the-time.ts': 'the one place where the clock of a service is set',
  'libs/service-kit/src/installation/installation.migration.ts': 'written for people, compared with nothing',
  'apps/registry/src/tables/tables.migration.ts': 'written for people, compared with nothing',
  'apps/registry/src/tables/stored-tables.ts': 'written for people, compared with nothing',
  'apps/delivery/src/database/unreadable-shelved-requests.migration.ts': 'written for people, compared with nothing',
  'apps/delivery/src/database/delivery-lists.migration.ts': 'bounds of old days, a day wider than needed',
};

const isCode = (line: string): boolean => !/^\s*(\/\/|\*|\/\*)/.test(line);

test('statements are given the time of the service, so that none compares two clocks', () => {
  const files = globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'], { cwd: ROOT }).filter(
    (file) => !/\.spec\.ts$|\/testing\/|^libs\/testing\/|^apps\/(e2e|console)\//.test(file),
  );
  expect(files.length).toBeGreaterThan(300);
  const asking = files.filter((file) =>
    readFileSync(`${ROOT}/${file}`, 'utf8')
      .split('\n')
      .some((line) => isCode(line) && PRESENT.test(line) && !IS_TYPESCRIPT.test(line)),
  );
  expect(asking.toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
});
