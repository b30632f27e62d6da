import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Body, Controller, ForbiddenException, Get, Module, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { pageQuery } from '../http/paging.ts';
import { pinoLogger } from '../logging/logger.ts';
import { problem } from '../problem/problem.ts';
import { KeepBytes } from './fastify/fastify-server.ts';
import type { RunningService } from './service-options.ts';
import { startService } from './start-service.ts';

const thing = z.strictObject({ name: z.string().min(1), size: z.number().optional() });

@Controller('things')
class ThingController {
  @Post()
  create(@Body({ schema: thing }) body: object) {
    return body;
  }

  @Post('bytes')
  @KeepBytes()
  bytes(@Body() body: Buffer) {
    return { isBuffer: Buffer.isBuffer(body), text: body.toString() };
  }

  @Post('ping')
  ping() {
    return { pong: true };
  }

  @Get()
  list(@Query({ schema: z.strictObject(pageQuery) }) query: object) {
    return query;
  }

  @Get('forbidden')
  forbidden(): never {
    throw new ForbiddenException('Not for you.');
  }

  @Get('broken')
  broken(): never {
    throw new Error('password=hush');
  }

  @Get('away')
  away(): never {
    throw new Error('No answer.', { cause: new Error('Connection terminated unexpectedly') });
  }

  @Get('busy')
  busy(): never {
    throw problem(429, 'too_many', 'Slow down.', { headers: { 'retry-after': '7' } });
  }

  @Get(':id')
  read(@Param('id', { schema: z.uuid() }) id: string) {
    return { id };
  }
}

@Module({ controllers: [ThingController] })
class ThingModule {}

const lines: string[] = [];
let service: RunningService;

beforeAll(async () => {
  service = await startService({
    name: 'things',
    module: ThingModule,
    settings: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: 0,
      SIGNET_MANAGEMENT_PORT: 0,
      SIGNET_LOG_LEVEL: 'info',
      SIGNET_SHUTDOWN_DEADLINE: 5_000,
    },
    bodyLimit: 1_000,
    openapi: { title: 'Things' },
    configureFastify: (fastify) =>
      void fastify.addContentTypeParser('application/x-thing', { parseAs: 'buffer' }, (_request, body, done) =>
        done(null, body),
      ),
    logger: pinoLogger('things', 'info', { write: (line) => void lines.push(line) }),
  });
});
afterAll(() => service.stop());

const post = (path: string, body: string | Buffer | undefined, headers: Record<string, string> = {}) =>
  fetch(service.url + path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

async function problemFrom(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const document = (await response.json()) as Record<string, unknown>;
  expect(document).toEqual(
    expect.objectContaining({
      type: `urn:signet:problem:${String(document['code'])}`,
      status: response.status,
      title: expect.any(String),
      detail: expect.any(String),
      instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
    }),
  );
  return document;
}

describe('an error is problem+json', () => {
  test.each([
    ['a body that breaks a rule', () => post('/things', '{"name":""}'), 422, 'invalid_body'],
    ['a body that is missing', () => post('/things', undefined), 422, 'invalid_body'],
    ['a body that is not JSON', () => post('/things', '{"name"'), 400, 'malformed_json'],
    ['a body that reaches for a prototype', () => post('/things', '{"__proto__":{}}'), 400, 'malformed_json'],
    [
      'a body that is not UTF-8',
      () => post('/things', Buffer.from('{"name":"\xff"}', 'latin1')),
      400,
      'malformed_json',
    ],
    ['a body that names a field twice', () => post('/things', '{"name":"a","name":"b"}'), 400, 'repeated_field'],
    ['a body that is nested too deep', () => post('/things', `{"name":${'['.repeat(65)}`), 400, 'too_deep'],
    [
      'a body that is compressed',
      () => post('/things', '{"name":"x"}', { 'content-encoding': 'gzip' }),
      415,
      'unsupported_encoding',
    ],
    [
      'a body of another type',
      () => post('/things', 'a=b', { 'content-type': 'text/plain' }),
      415,
      'unsupported_media_type',
    ],
    [
      'a body that is too large',
      () => post('/things', JSON.stringify({ name: 'x'.repeat(2_000) })),
      413,
      'body_too_large',
    ],
    ['a query that is not known', () => fetch(`${service.url}/things?colour=red`), 400, 'invalid_query'],
    ['a query that breaks a rule', () => fetch(`${service.url}/things?limit=201`), 400, 'invalid_query'],
    ['a query that says something twice', () => fetch(`${service.url}/things?limit=1&limit=2`), 400, 'invalid_query'],
    ['an id that is none', () => fetch(`${service.url}/things/7`), 400, 'invalid_path'],
    ['an id that is long', () => fetch(`${service.url}/things/${'7'.repeat(9_000)}`), 400, 'invalid_path'],
    ['an exception of Nest', () => fetch(`${service.url}/things/forbidden`), 403, 'forbidden'],
    ['an address where nothing is', () => fetch(`${service.url}/nowhere`), 404, 'not_found'],
    [
      'a method that is not there',
      () => fetch(`${service.url}/things`, { method: 'DELETE' }),
      405,
      'method_not_allowed',
    ],
    ['a URL that cannot be decoded', () => fetch(`${service.url}/%zz`), 400, 'malformed_url'],
  ])('for %s', async (_, send, status, code) => {
    const response = await send();
    expect(response.status).toBe(status);
    expect((await problemFrom(response))['code']).toBe(code);
  });

  test('that names each field', async () => {
    const { errors } = await problemFrom(await post('/things', '{"size":"big","colour":"red"}'));
    expect(errors).toEqual([
      { field: 'name', rule: 'required', detail: 'It is required.' },
      { field: 'size', rule: 'invalid_type', detail: 'It must be a number.' },
      { field: 'colour', rule: 'unknown_field', detail: 'There is no field "colour" here.' },
    ]);
  });

  test('that says how to mend it', async () => {
    const twice = await problemFrom(await fetch(`${service.url}/things?limit=1&limit=2`));
    expect(twice['errors']).toEqual([{ field: 'limit', rule: 'repeated', detail: 'It is given once.' }]);
    const form = await problemFrom(
      await post('/things', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
    );
    expect(form['detail']).toContain('application/json');
  });

  test('of an unreachable database that says when to come back', async () => {
    const response = await fetch(`${service.url}/things/away`);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await problemFrom(response)).toMatchObject({ code: 'unavailable' });
  });

  test('that names a hundred fields at most', async () => {
    const fields = Object.fromEntries(Array.from({ length: 105 }, (_, index) => [`f${index}`, 1]));
    const { errors } = await problemFrom(await post('/things', `${JSON.stringify(fields)}`));
    expect(errors).toHaveLength(100);
  });

  test('with the headers that belong to it', async () => {
    const response = await fetch(`${service.url}/things/busy`);
    expect(response.headers.get('retry-after')).toBe('7');
    expect((await problemFrom(response))['code']).toBe('too_many');
  });

  test.each([
    ['/things?a=1', 'DELETE', 'GET, HEAD, POST'],
    ['/things/7', 'PUT', 'GET, HEAD'],
    ['/things', 'OPTIONS', 'GET, HEAD, POST'],
  ])('that says which methods %s has, for %s', async (path, method, allow) => {
    const response = await fetch(service.url + path, { method });
    expect(response.headers.get('allow')).toBe(allow);
    expect((await problemFrom(response))['code']).toBe('method_not_allowed');
  });

  test('that says nothing about the inside, which the log does', async () => {
    const document = await problemFrom(await fetch(`${service.url}/things/broken`));
    expect(document).toMatchObject({ status: 500, code: 'internal_error' });
    expect(JSON.stringify(document)).not.toContain('hush');
    const requestId = String(document['instance']).slice('urn:uuid:'.length);
    const logged = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find((line) => line['requestId'] === requestId);
    expect(logged).toMatchObject({ level: 'error', method: 'GET', route: '/things/broken' });
  });

  test('even for what is not HTTP', async () => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.write('hello\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code: 'malformed_request' });
  });
});

test('no answer may be stored by a cache on the way, or taken for another type', async () => {
  for (const response of [await fetch(`${service.url}/things`), await fetch(`${service.url}/nowhere`)]) {
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  }
});

describe('a body', () => {
  test('is given to the handler as the schema made it', async () => {
    expect(await (await fetch(`${service.url}/things?limit=3`)).json()).toEqual({ limit: 3 });
    expect(await (await post('/things', '{"name":"x"}')).json()).toEqual({ name: 'x' });
    const brackets = '["\\"{'.repeat(100);
    expect(await (await post('/things', JSON.stringify({ name: brackets }))).json()).toEqual({ name: brackets });
  });

  test('may be empty where none is asked for', async () => {
    expect(await (await post('/things/ping', '')).json()).toEqual({ pong: true });
  });

  test('stays the bytes that came where the route keeps them', async () => {
    const sent = '{ "a":1.0 }';
    expect(await (await post('/things/bytes', sent)).json()).toEqual({ isBuffer: true, text: sent });
    expect(await (await post('/things/bytes', sent, { 'content-type': 'application/x-thing' })).json()).toEqual({
      isBuffer: true,
      text: sent,
    });
  });
});
