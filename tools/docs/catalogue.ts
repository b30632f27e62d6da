import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'libs/contracts/src/event-types';
/** The list of the event types' files, from the root of the repository. */
export const CATALOGUE = `${FOLDER}/catalogue.ts`;

/** The folders of the event types: those of producers, and Signet's own. */
const OWNERS = ['shop', 'signet'] as const;

/** The folder of each event type by the type's name. A type has a file of its name. */
const foldersIn = (root: string): ReadonlyMap<string, string> =>
  new Map(
    OWNERS.flatMap((owner) =>
      readdirSync(join(root, FOLDER, owner))
        .filter((file) => /^[a-z_]+\.[a-z_]+\.ts$/.test(file))
        .map((file): [string, string] => [file.slice(0, -'.ts'.length), owner]),
    ),
  );

/** `inventory.low_stock` → `inventoryLowStock`, which is what its file exports. */
const exportOf = (name: string): string => name.replaceAll(/[._]([a-z])/g, (_, letter: string) => letter.toUpperCase());
const domainOf = (name: string): string => name.slice(0, name.indexOf('.'));

/** Every type that has a file: those of the list in their order, a new one behind the others of its domain. */
export function catalogue(folders: ReadonlyMap<string, string>, current: string): string {
  const names = [...folders.keys()];
  const listed = [...current.matchAll(/^ {2}([a-zA-Z]+),$/gm)].map(([, name]) => name);
  const order = names.filter((name) => listed.includes(exportOf(name)));
  order.sort((a, b) => listed.indexOf(exportOf(a)) - listed.indexOf(exportOf(b)));
  for (const name of names.filter((one) => !order.includes(one)).toSorted()) {
    const last = order.findLastIndex((other) => domainOf(other) === domainOf(name));
    order.splice(last === -1 ? order.length : last + 1, 0, name);
  }
  return [
    '// Written by `npm run docs` from the folders beside it: do not edit anything except the order.',
    "import type { EventType } from './event-type.ts';",
    ...names.toSorted().map((name) => `import { ${exportOf(name)} } from './${folders.get(name)}/${name}.ts';`),
    '',
    'export const CATALOGUE: readonly EventType[] = [',
    ...order.map((name) => `  ${exportOf(name)},`),
    '];\n',
  ].join('\n');
}

/** What the list of the repository should be now. */
export const catalogueOf = (root: string): string =>
  catalogue(foldersIn(root), readFileSync(join(root, CATALOGUE), 'utf8'));
