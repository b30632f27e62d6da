/** The aggregates of the registry; a stream's id is its kind and the aggregate's own id. */
export const KINDS = ['webhook', 'tenant', 'api-key'] as const;
export type Kind = (typeof KINDS)[number];

export const streamOf = (kind: Kind, id: string): string => `${kind}:${id}`;

/** `webhook:018f…` → its kind and id; throws for a stream that no aggregate of ours has. */
export function aggregateOf(streamId: string): { kind: Kind; id: string } {
  const colon = streamId.indexOf(':');
  const kind = KINDS.find((candidate) => candidate === streamId.slice(0, colon));
  if (kind === undefined) throw new Error(`The stream "${streamId}" belongs to no aggregate of the registry.`);
  return { kind, id: streamId.slice(colon + 1) };
}
