// Writes the types of the public API from docs/openapi/signet.json, for the programs that call it over HTTP. Every build runs this before tsc: the
// files are not in git, so that they cannot differ from the document. Plain JavaScript, since it runs before any code of ours is built.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
const DOCUMENT = 'docs/openapi/signet.json';
const TARGETS = ['apps/cli/src/api/openapi.gen.ts', 'apps/console/src/api/openapi.gen.ts'];
// Not `immutable`: the types of openapi-fetch 0.17.0 do not take an array that is read-only.
const OPTIONS = { alphabetize: true, rootTypes: true, rootTypesNoSchemaPrefix: true };

const document = readFileSync(new URL(DOCUMENT, ROOT), 'utf8');
const hash = createHash('sha256').update(JSON.stringify(OPTIONS)).update(document).digest('hex').slice(0, 16);
/** The first line names what the types were written from, so that a change of branch is noticed whatever the times of the files are. */
const heading = `// Generated from ${DOCUMENT} (${hash}) by tools/openapi/generate-types.mjs. Do not edit.`;

const isCurrent = (file) => existsSync(file) && readFileSync(file, 'utf8').startsWith(`${heading}\n`);
const outdated = TARGETS.map((name) => fileURLToPath(new URL(name, ROOT))).filter((file) => !isCurrent(file));
if (outdated.length > 0) {
  const { default: openapiTS, astToString } = await import('openapi-typescript');
  const types = astToString(await openapiTS(JSON.parse(document), OPTIONS));
  for (const file of outdated) writeFileSync(file, `${heading}\n${types}`);
}
