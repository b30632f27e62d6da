/** Where the merged document is, from the root of the repository. */
export const MERGED_OPENAPI = 'docs/openapi/signet.json';

interface Document {
  readonly info: object;
  readonly tags: readonly object[];
  readonly paths: Readonly<Record<string, object>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

/**
 * One OpenAPI document of all routes behind the public address.
 *
 * @param documents those of the services, each as JSON text
 * @throws Error if two of them describe one path, or one component in two ways
 */
export function mergedOpenApi(documents: readonly string[]): Document {
  const [first, ...others] = documents.map((text) => JSON.parse(text) as Document);
  if (first === undefined) throw new Error('There is no OpenAPI document to merge.');
  const info = {
    ...first.info,
    title: 'Signet',
    description: 'Signed webhooks for your Kafka events: the whole API behind the one public address.',
  };
  return others.reduce<Document>(
    (merged, { tags, paths, components }) => ({
      ...merged,
      tags: [...merged.tags, ...tags],
      paths: joined(merged.paths, paths),
      components: Object.fromEntries(
        [...new Set([...Object.keys(merged.components), ...Object.keys(components)])].map((kind) => [
          kind,
          joined(merged.components[kind] ?? {}, components[kind] ?? {}),
        ]),
      ),
    }),
    { ...first, info },
  );
}

function joined(some: Readonly<Record<string, object>>, more: Readonly<Record<string, object>>) {
  for (const [name, value] of Object.entries(more)) {
    const same = some[name];
    if (same !== undefined && JSON.stringify(same) !== JSON.stringify(value))
      throw new Error(`Two services describe ${name}, each in its own way.`);
  }
  return { ...some, ...more };
}
