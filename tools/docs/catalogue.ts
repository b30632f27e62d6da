import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'libs/contracts/src/event-types';
/** The list of the event types' files, from the root of the repository. */
export const CATALOGUE = `${FOLDER}/catalogue.ts`;

/** Names of event types, each of which has a file of its name. */
const namesIn = (root: string): string[] =>
  readdirSync(join(root, FOLDER))
    .filter((file) => /^[a-z_]+\.[a-z_]+\.ts$/.test(file))
    .map((file) => file.slice(0, -'.ts'.length));

/** `inventory.low_stock` → `inventoryLowStock`, which is what its file exports. */
const exportOf = (name: string): string => name.replaceAll(/[._]([a-z])/g, (_, letter: string) => letter.toUpperCase());
const domainOf = (name: string): string => name.slice(0, name.indexOf('.'));

/** Every type that has a file: those of the list in their order, a new one behind the others of its domain. */
export function catalogue(names: readonly string[], current: string): string {
  const listed = [...current.matchAll(/^ {2}([a-zA-Z]+),$/gm)].map(([, name]) => name);
  const order = names.filter((name) => listed.includes(exportOf(name)));
  order.sort((a, b) => listed.indexOf(exportOf(a)) - listed.indexOf(exportOf(b)));
  for (const name of names.filter((one) => !order.includes(one)).toSorted()) {
    const last = order.findLastIndex((other) => domainOf(other) === domainOf(name));
    order.splice(last === -1 ? order.length : last + 1, 0, name);
  }
  return [
    '// Written by `npm run docs` from the files beside it: do not edit, but for the order.',
    "import type { EventType } from './event-type.ts';",
    ...names.toSorted().map((name) => `import { ${exportOf(name)} } from './${name}.ts';`),
    '',
    'export const CATALOGUE: readonly EventType[] = [',
    ...order.map((name) => `  ${exportOf(name)},`),
    '];\n',
  ].join('\n');
}

/** What the list of the repository should be now. */
export const catalogueOf = (root: string): string =>
  catalogue(namesIn(root), readFileSync(join(root, CATALOGUE), 'utf8'));
