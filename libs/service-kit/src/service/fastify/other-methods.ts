import type { FastifyInstance } from 'fastify';
import { problem } from '../../problem/problem.ts';
import { sendProblem } from '../../problem/send-problem.ts';

interface Address {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/**
 * Answers 405 with `Allow` (RFC 9110, 15.5.6) if the address has routes, but none for the method. To be called before
 * the routes are added: it collects their addresses.
 */
export function refuseOtherMethods(server: FastifyInstance): void {
  const addresses = new Map<string, Address>();
  server.addHook('onRoute', ({ url, method }) => {
    const address = addresses.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const one of [method].flat()) address.methods.add(one);
    addresses.set(url, address);
  });
  // Before the body is read: otherwise Fastify would first check the body's content type.
  server.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const [path = ''] = request.url.split('?');
    const methods = [...addresses.values()].flatMap((address) =>
      address.pattern.test(path) ? [...address.methods] : [],
    );
    if (methods.length === 0) return done();
    const allow = [...new Set(methods)].toSorted().join(', ');
    const detail = `There is no ${request.method} here; there is ${allow}.`;
    sendProblem(reply, problem(405, 'method_not_allowed', detail, { headers: { allow } }), request.id);
  });
}

/** `/v1/webhooks/:id` → `^/v1/webhooks/[^/]+$` */
const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll(/:[^/]+/g, '[^/]+')
      .replaceAll('*', '.*')}$`,
  );
