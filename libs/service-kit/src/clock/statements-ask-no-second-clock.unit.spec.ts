import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
/** PostgreSQL's functions and keywords for the present time. */
const PRESENT =
  /(?<![.\w])(now\(\)|(clock|statement|transaction)_timestamp\(\)|current_(timestamp|date|time)\b|localtime(stamp)?\b)/i;

/** Where a statement may ask PostgreSQL for the time, and why. */
const ALLOWED: Readonly<Record<string, string>> = {
  'libs/service-kit/src/clock/ask-for-the-time.ts': 'the one place where the clock of a service is set',
  'libs/service-kit/src/installation/installation.migration.ts': 'written for people, compared with nothing',
  'libs/service-kit/src/database/schema/schema-state.ts': 'written for people, compared with nothing',
  'libs/service-kit/src/command/check/check-database.ts': 'tells an operator how far the two clocks are apart',
  'libs/service-kit/src/database/schema/blockers.ts':
    "how long PostgreSQL's own transactions have run: both times are its own",
  'apps/registry/src/tables/tables.migration.ts': 'written for people, compared with nothing',
  'apps/registry/src/tables/stored-tables.ts': 'written for people, compared with nothing',
  'apps/delivery/src/shelf/unreadable-shelved-requests.migration.ts': 'written for people, compared with nothing',
  'apps/delivery/src/delivery/storage/migrations/delivery-lists.migration.ts':
    'bounds of old days, a day wider than needed',
};

/** The quoted texts of a source: statements are quoted, and calls of our own functions named `now` are not. */
const quoted = (source: string): string =>
  [
    ...source
      .replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '')
      .replaceAll(/\$\{[^}]*\}/g, '')
      .matchAll(/`[^`]*`|'[^'\n]*'|"[^"\n]*"/g),
  ].join('\n');

test('statements are given the time of the service, so that none compares two clocks', () => {
  const files = globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'], { cwd: ROOT }).filter(
    (file) => !/\.spec\.ts$|\/testing\/|^libs\/testing\/|^apps\/(e2e|console)\//.test(file),
  );
  expect(files.length).toBeGreaterThan(300);
  const asking = files.filter((file) => PRESENT.test(quoted(readFileSync(`${ROOT}/${file}`, 'utf8'))));
  expect(asking.toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
});
