import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { errors } from 'undici';
import type { ServiceName } from './gateway-routes.ts';
import { routeOf, SERVICES } from './gateway-routes.ts';
import { ServiceUpstreams } from './gateway-upstreams.ts';
import type { Upstream, UpstreamState } from './gateway-upstreams.ts';

/** The processes of each service. */
export type Upstreams = Readonly<Record<ServiceName, readonly Upstream[]>>;

const MAX_BODY_BYTES = 2 * 1024 * 1024;
/**
 * Headers that concern one connection only (RFC 9110, 7.6.1), and those that we write ourselves. The caller's forwarding
 * headers are dropped: this gateway is the edge, and trusts no proxy in front of it.
 */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'host',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
]);

/**
 * The public address: hands each request to the service that owns its path, body untouched. Written on undici's
 * dispatcher, since it costs half the CPU of @fastify/http-proxy (0.05 to 0.11 ms a request on 2 cores).
 */
export function createGateway(upstreams: Upstreams): Server {
  const services = new Map(SERVICES.map((name) => [name, new ServiceUpstreams(upstreams[name])]));
  const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
    readBody(request, (body) => {
      if (body === undefined) return refuse(response, 413, 'body_too_large', 'The body is larger than 2 MiB.');
      const { service, path } = routeOf(request.url ?? '/');
      const upstreams = services.get(service);
      if (upstreams !== undefined) forward({ upstreams, service, path, body, request, response, tried: new Set() });
    });
  });
  server.on('close', () => services.forEach((upstreams) => upstreams.close()));
  return server;
}

/** Calls back once with the whole body, or with undefined as soon as it is too large; never when the caller goes away. */
function readBody(request: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (size - chunk.length <= MAX_BODY_BYTES) done(undefined);
  });
  request.on('end', () => {
    if (size <= MAX_BODY_BYTES) done(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
  });
}

interface Exchange {
  readonly upstreams: ServiceUpstreams;
  readonly service: ServiceName;
  readonly path: string;
  readonly body: Buffer;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Processes that could not be connected to. */
  readonly tried: Set<UpstreamState>;
}

function forward(exchange: Exchange): void {
  const { upstreams, service, path, body, request, response, tried } = exchange;
  if (response.destroyed) return;
  const upstream = upstreams.choose(tried);
  if (upstream === undefined) return refuseAsAway(response, service);
  const method = (request.method ?? 'GET') as 'GET';
  const options = { method, path, headers: forwardedHeaders(request), body: body.length === 0 ? null : body };
  let isConnected = false;
  upstream.underWay++;
  upstream.pool.dispatch(options, {
    onRequestStart: (controller) => {
      isConnected = true;
      const goneAway = (): void => controller.abort(new Error('the caller went away'));
      if (response.destroyed) return goneAway();
      response.once('close', () => {
        if (!response.writableEnded) goneAway();
      });
    },
    onResponseStart: (controller, statusCode, headers) => {
      // An interim answer (1xx) concerns the connection between the service and us, and is not passed on.
      if (statusCode < 200) return;
      delete headers['connection'];
      delete headers['keep-alive'];
      delete headers['transfer-encoding'];
      response.writeHead(statusCode, headers);
      response.on('drain', () => controller.resume());
    },
    onResponseData: (controller, chunk) => {
      if (!response.write(chunk)) controller.pause();
    },
    onResponseEnd: () => {
      upstream.underWay--;
      response.end();
    },
    onResponseError: (_controller, error) => {
      upstream.underWay--;
      if (isConnected || error instanceof errors.InvalidArgumentError) return refuseAsUnknown(response, service);
      // Not a byte of the request was sent, so another process may get it, also where the request is not idempotent.
      tried.add(upstream);
      forward(exchange);
    },
  });
}

function forwardedHeaders(request: IncomingMessage): string[] {
  const { rawHeaders } = request;
  const headers: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (!NOT_FORWARDED.has(name.toLowerCase())) headers.push(name, rawHeaders[index + 1] ?? '');
  }
  headers.push('x-forwarded-for', request.socket.remoteAddress ?? '', 'x-forwarded-proto', 'http');
  if (request.headers.host !== undefined) headers.push('x-forwarded-host', request.headers.host);
  return headers;
}

/** No process of the service took a connection: the service is down or restarting, and the caller may repeat the request. */
function refuseAsAway(response: ServerResponse, service: ServiceName): void {
  response.setHeader('retry-after', '1');
  refuse(response, 503, 'service_unavailable', `The service ${service} is not running at the moment.`);
}

function refuseAsUnknown(response: ServerResponse, service: ServiceName): void {
  if (response.headersSent) return void response.destroy();
  if (response.destroyed) return;
  refuse(response, 502, 'bad_gateway', `The service ${service} did not answer; whether it did the work is not known.`);
}

const TITLES: Readonly<Record<number, string>> = {
  413: 'Payload Too Large',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** RFC 9457, as the services answer. */
function refuse(response: ServerResponse, status: number, code: string, detail: string): void {
  const problem = Buffer.from(JSON.stringify({ type: 'about:blank', title: TITLES[status], status, code, detail }));
  response.setHeader('content-type', 'application/problem+json');
  response.setHeader('content-length', problem.length);
  response.writeHead(status).end(problem);
}
