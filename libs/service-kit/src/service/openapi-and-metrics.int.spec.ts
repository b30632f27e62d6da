import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Body, Controller, Get, Module, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { WhileSuspended } from '../auth/caller.ts';
import { HealthRegistry } from '../health/health.registry.ts';
import { pageQuery } from '../http/paging.ts';
import type { RunningService } from './service-options.ts';
import { startService } from './start-service.ts';

const thing = z.strictObject({ name: z.string().min(1), kind: z.literal('a'), size: z.number().nullable() });

@Controller('v1/things')
class ThingController {
  @Post()
  create(@Body({ schema: thing }) body: object) {
    return body;
  }

  @Get()
  list(@Query({ schema: z.strictObject(pageQuery) }) query: object) {
    return query;
  }

  @Post('suspended')
  @WhileSuspended()
  createWhileSuspended(@Body({ schema: thing }) body: object) {
    return body;
  }

  @Get(':id')
  read(@Param('id') id: string) {
    return { id };
  }
}

@Module({ controllers: [ThingController] })
class ThingModule {}

let service: RunningService;
beforeAll(async () => {
  service = await startService({
    name: 'things',
    module: ThingModule,
    settings: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: 0,
      SIGNET_MANAGEMENT_PORT: 0,
      SIGNET_LOG_LEVEL: 'warn',
      SIGNET_SHUTDOWN_DEADLINE: 5_000,
    },
    openapi: { title: 'Things', version: '7' },
  });
});
afterAll(() => service.stop());

interface OpenApi {
  openapi: string;
  info: object;
  components: { schemas: Record<string, unknown> };
  paths: Record<
    string,
    Record<
      string,
      { parameters?: { name: string; in: string; schema: object }[]; requestBody?: object; responses: object }
    >
  >;
}

test('a route that stays open to suspended tenants does not say that it refuses them', async () => {
  const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as OpenApi;
  const refusals = ['/v1/things', '/v1/things/suspended'].map((path) =>
    JSON.stringify(paths[path]?.['post']).includes('tenant_suspended'),
  );
  expect(refusals).toEqual([true, false]);
  expect(JSON.stringify(paths)).not.toContain('x-while-suspended');
});

test('the zod schemas of the routes are in an OpenAPI 3.1 document', async () => {
  const document = (await (await fetch(`${service.url}/openapi.json`)).json()) as OpenApi;
  expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Things', version: '7' } });
  expect(document.paths['/v1/things']?.['post']?.requestBody).toMatchObject({
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['name', 'kind', 'size'],
          additionalProperties: false,
          properties: {
            name: { type: 'string', minLength: 1 },
            size: { type: ['number', 'null'] },
          },
        },
      },
    },
  });
  const parameters = document.paths['/v1/things']?.['get']?.parameters;
  expect(parameters?.map(({ name, in: where }) => `${where} ${name}`)).toEqual(['query limit', 'query cursor']);
  expect(document.paths['/v1/things/{id}']?.['get']?.responses).toMatchObject({
    401: {
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: { missing_api_key: { value: { status: 401, code: 'missing_api_key' } } },
        },
      },
    },
  });
  expect(document.components.schemas).toHaveProperty('Problem');
});

test('requests are measured by route template, and all requests without a route together', async () => {
  await Promise.all(['/v1/things/1', '/v1/things/2', '/.env', '/admin.php'].map((path) => fetch(service.url + path)));
  const metrics = await (await fetch(`${service.managementUrl}/metrics`)).text();
  expect(metrics).toContain(
    'http_server_request_duration_seconds_count{method="GET",route="/v1/things/:id",status_class="2xx"} 2',
  );
  expect(metrics).toContain(
    'http_server_request_duration_seconds_count{method="any",route="unmatched",status_class="4xx"} 2',
  );
  expect(metrics).toContain('nodejs_eventloop_lag_seconds');
  expect(metrics).not.toMatch(/env|admin/);
  expect(metrics).not.toMatch(/^# TYPE \S+_total gauge$/m);
});

test('the management port says what the service is not ready for', async () => {
  expect(await (await fetch(`${service.managementUrl}/livez`)).json()).toEqual({
    status: 'ok',
    checks: { 'event-loop': 'ok' },
  });
  expect((await fetch(`${service.managementUrl}/readyz`)).status).toBe(200);
  service.app.get(HealthRegistry).addReadiness('group', () => 'has not joined yet');
  const response = await fetch(`${service.managementUrl}/readyz`);
  expect(response.status).toBe(503);
  expect(response.headers.get('signet-process-id')).toBe(String(process.pid));
  expect(await response.json()).toEqual({
    status: 'unavailable',
    checks: { service: 'ok', group: 'has not joined yet' },
  });
});

test('there is nothing else on the management port', async () => {
  expect((await fetch(`${service.managementUrl}/`)).status).toBe(404);
  expect((await fetch(`${service.managementUrl}/livez`, { method: 'POST' })).status).toBe(405);
});

test('the public port has no route of the management port', async () => {
  const statuses = await Promise.all(
    ['/livez', '/readyz', '/metrics'].map(async (path) => (await fetch(service.url + path)).status),
  );
  expect(statuses).toEqual([404, 404, 404]);
});
