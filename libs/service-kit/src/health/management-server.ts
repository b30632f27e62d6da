import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { Logger } from '../logging/logger.ts';
import { PROBLEM_MEDIA_TYPE, Problem } from '../problem/problem.ts';
import type { Samples } from '../metrics/samples.ts';
import type { HealthRegistry, HealthReport } from './health.registry.ts';

export interface ManagementServerOptions {
  readonly host: string;
  readonly port: number;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
  readonly samples: Samples;
  readonly logger: Logger;
}

export interface ManagementServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves /livez, /readyz and /metrics on a port of their own that is never public. It runs from the start of the process to its
 * end, so that /readyz can say what a service still waits for.
 */
export async function startManagementServer(options: ManagementServerOptions): Promise<ManagementServer> {
  const server = createServer((request, response) => {
    answer(request.method, request.url, response, options).catch((error: unknown) => {
      options.logger.error({ err: error, path: request.url }, 'a management request failed');
      if (!response.headersSent) sendProblem(response, new Problem(500, 'internal_error', 'Something went wrong.'));
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  method: string | undefined,
  url: string | undefined,
  response: ServerResponse,
  { health, metrics, samples }: ManagementServerOptions,
): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return sendProblem(response, new Problem(405, 'method_not_allowed', 'Only GET is answered here.'));
  }
  switch (url?.split('?')[0]) {
    case '/livez':
      return sendReport(response, await health.live());
    case '/readyz':
      return sendReport(response, await health.ready());
    case '/metrics':
      await samples.refresh();
      return send(response, 200, metrics.contentType, await metrics.metrics());
    default:
      return sendProblem(response, new Problem(404, 'not_found', 'There are /livez, /readyz and /metrics here.'));
  }
}

const sendReport = (response: ServerResponse, report: HealthReport): void =>
  send(response, report.status === 'ok' ? 200 : 503, 'application/json; charset=utf-8', JSON.stringify(report));

const sendProblem = (response: ServerResponse, problem: Problem): void =>
  send(response, problem.getStatus(), PROBLEM_MEDIA_TYPE, JSON.stringify(problem.toDocument()));

function send(response: ServerResponse, status: number, type: string, body: string): void {
  // If several services run on one machine, the process id shows which of them has this port.
  const headers = { 'content-type': type, 'cache-control': 'no-store', 'signet-process-id': process.pid };
  response.writeHead(status, headers).end(body);
}
