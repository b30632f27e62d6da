export const SERVICES = ['registry', 'ingestion', 'delivery'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface Route {
  readonly service: ServiceName;
  /** Path and query for the service. */
  readonly path: string;
}

/** First segments under /v1 and who owns them; everything else, the console included, is the registry's. */
const OWNERS: Readonly<Record<string, ServiceName>> = {
  webhooks: 'registry',
  'event-types': 'registry',
  tenants: 'registry',
  'api-keys': 'registry',
  session: 'registry',
  events: 'ingestion',
  deliveries: 'delivery',
  replays: 'delivery',
  circuits: 'delivery',
  failures: 'delivery',
  statistics: 'delivery',
};

/** Where a request target (path and query, as in the request line) goes. */
export function routeOf(target: string): Route {
  const owner = /^\/v1\/([^/?#]+)/.exec(target)?.[1];
  if (owner !== undefined && Object.hasOwn(OWNERS, owner))
    return { service: OWNERS[owner] ?? 'registry', path: target };
  // Each service describes itself under the same path; one address needs three.
  const described = /^\/openapi\/(registry|ingestion|delivery)\.json$/.exec(target)?.[1];
  if (described !== undefined) return { service: described as ServiceName, path: '/openapi.json' };
  return { service: 'registry', path: target };
}
