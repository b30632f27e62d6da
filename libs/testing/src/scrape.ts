/** The series of a scrape, as lines of Prometheus' text format. */
export async function scrape(managementUrl: string): Promise<string[]> {
  const text = await (await fetch(`${managementUrl}/metrics`)).text();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

export interface Route {
  readonly method: string;
  /** As Fastify writes it: `/v1/webhooks/:id`. */
  readonly route: string;
}

/** Every operation of a service, by the OpenAPI document that it serves. */
export async function routesOf(url: string): Promise<Route[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      method: method.toUpperCase(),
      route: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    })),
  );
}

/** Requests each route without a key and with ids that do not exist: all requests are refused, and measured. */
export async function askEach(url: string, routes: readonly Route[]): Promise<void> {
  for (const { method, route } of routes) {
    const answer = await fetch(`${url}${route.replaceAll(/:\w+/g, 'nothing')}`, { method });
    await answer.arrayBuffer();
  }
}
