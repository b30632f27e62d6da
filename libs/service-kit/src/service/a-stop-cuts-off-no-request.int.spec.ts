import { Agent, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { waitFor } from '@signet/testing';
import type { RunningService } from './service-options.ts';
import { startService } from './start-service.ts';

const CLIENTS = 20;
let finishSlow = (): void => undefined;
let slowRequests = 0;

@Controller()
class ThingController {
  @Get('thing')
  thing() {
    return { done: true };
  }

  @Get('slow')
  async slow() {
    slowRequests += 1;
    await new Promise<void>((resolve) => (finishSlow = resolve));
    return { done: true };
  }
}

@Module({ controllers: [ThingController] })
class ThingModule {}

let service: RunningService;
const agents: Agent[] = [];
beforeEach(async () => {
  slowRequests = 0;
  service = await startService({
    name: 'things',
    module: ThingModule,
    settings: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: 0,
      SIGNET_MANAGEMENT_PORT: 0,
      SIGNET_LOG_LEVEL: 'error',
      SIGNET_SHUTDOWN_DEADLINE: 20_000,
      SIGNET_DRAIN_PAUSE: 500,
    },
    openapi: { title: 'Things' },
  });
});
afterEach(async () => {
  finishSlow();
  for (const agent of agents.splice(0)) agent.destroy();
  await service.stop();
});

/** A client with one connection, which it keeps as long as the service lets it. */
function client(): (path: string) => Promise<IncomingMessage> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return (path) =>
    new Promise((resolve, reject) => {
      get(service.url + path, { agent }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer));
      }).once('error', reject);
    });
}

const isNotReady = async (): Promise<boolean> => (await fetch(`${service.managementUrl}/readyz`)).status === 503;

test('clients that send all the time over kept connections learn that these end, and lose no request', async () => {
  const before = { answers: 0, notReady: 0 };
  let isStopping = false;
  const goOnUntilTold = async (): Promise<IncomingMessage> => {
    for (const ask = client(); ;) {
      const answer = await ask('/thing');
      before.answers += 1;
      if (isStopping) before.notReady += 1;
      if (answer.headers.connection === 'close') return answer;
    }
  };
  const told = Promise.all(Array.from({ length: CLIENTS }, goOnUntilTold));
  await waitFor(() => before.answers > CLIENTS, { what: 'every client to be served' });
  const stopped = service.stop();
  await waitFor(isNotReady, { what: 'the service to be not ready' });
  isStopping = true;
  for (const { statusCode, headers } of await told) {
    expect([200, 503]).toContain(statusCode);
    if (statusCode === 503) expect(headers['retry-after']).toBe('1');
  }
  expect(before.notReady).toBeGreaterThan(CLIENTS);
  await stopped;
});

test('while the last request is under way, others get 503 with Retry-After, also over new connections', async () => {
  const [slow, kept] = [client(), client()];
  expect((await kept('/thing')).headers.connection).toBe('keep-alive');
  const answer = slow('/slow');
  await waitFor(() => slowRequests === 1, { what: 'the slow request' });
  const stopped = service.stop();
  // Each request uses a new connection; the kept connection stays silent meanwhile.
  const refused = await waitFor(
    async () => {
      const one = await client()('/thing');
      return one.statusCode === 503 && one;
    },
    { what: 'a request to be refused' },
  );
  expect(refused.headers['retry-after']).toBe('1');
  const onKept = await kept('/thing');
  expect([onKept.statusCode, onKept.headers['retry-after'], onKept.headers.connection]).toEqual([503, '1', 'close']);
  finishSlow();
  expect((await answer).statusCode).toBe(200);
  await stopped;
});
