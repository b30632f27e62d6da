import { expect, test } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { waitFor } from '@signet/testing';
import { startService } from './start-service.ts';

test('after a stop no new work is taken, the work in flight is finished, and only then are the modules closed', async () => {
  const happened: string[] = [];
  let finishRequest = (): void => undefined;

  @Controller()
  class SlowController implements OnModuleDestroy {
    @Get('slow')
    async slow() {
      happened.push('request taken');
      await new Promise<void>((resolve) => (finishRequest = resolve));
      happened.push('request answered');
      return { done: true };
    }

    onModuleDestroy(): void {
      happened.push('module closed');
    }
  }

  @Module({ controllers: [SlowController] })
  class SlowModule {}

  let closings = 0;
  const transport = {
    listen: (ready: () => void) => {
      happened.push('transport started');
      ready();
    },
    close: () => {
      closings += 1;
      if (closings === 1) happened.push('transport closed');
    },
    addHandler: () => undefined,
  };
  const service = await startService({
    name: 'slow',
    module: SlowModule,
    settings: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: 0,
      SIGNET_MANAGEMENT_PORT: 0,
      SIGNET_LOG_LEVEL: 'error',
      SIGNET_SHUTDOWN_DEADLINE: 5_000,
    },
    openapi: { title: 'Slow' },
    strategies: () => [transport],
  });
  const answer = fetch(`${service.url}/slow`);
  await waitFor(() => happened.includes('request taken'), { what: 'the request to arrive' });

  const stopped = service.stop();
  await waitFor(() => happened.includes('transport closed'), { what: 'the transport to be closed' });
  expect((await fetch(`${service.managementUrl}/readyz`)).status).toBe(503);
  const refused = await fetch(`${service.url}/slow`);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  finishRequest();

  expect(await (await answer).json()).toEqual({ done: true });
  await stopped;
  expect(happened).toEqual([
    'transport started',
    'request taken',
    'transport closed',
    'request answered',
    'module closed',
  ]);
  await expect(fetch(`${service.managementUrl}/livez`)).rejects.toThrow();
});
