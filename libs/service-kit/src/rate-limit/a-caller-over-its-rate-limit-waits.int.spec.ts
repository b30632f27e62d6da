import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import type { ApiKeySnapshot } from '@signet/contracts';
import { newId } from '@signet/contracts';
import { fakeClock } from '@signet/testing';
import { AuthModule } from '../auth/auth.module.ts';
import { Public, Roles } from '../auth/caller.ts';
import { hashApiKey } from '../auth/lookups.ts';
import type { RunningService } from '../service/service-options.ts';
import { startService } from '../service/start-service.ts';

@Controller()
@Roles('tenant')
class ThingController {
  @Get('thing')
  thing() {
    return {};
  }

  @Get('public')
  @Public()
  open() {
    return {};
  }
}

const keyOf = (token: string): ApiKeySnapshot => ({
  id: newId(),
  tenantId: 'acme',
  name: token,
  role: 'tenant',
  hash: hashApiKey(token),
  version: 1,
});
const keys = new Map(['one', 'two', 'three'].map((token) => [hashApiKey(token), keyOf(token)]));

@Module({
  imports: [AuthModule.forRoot({ keys: { byHash: (hash) => keys.get(hash), bySession: () => undefined } })],
  controllers: [ThingController],
})
class ThingModule {}

const clock = fakeClock();
let service: RunningService;
beforeAll(async () => {
  service = await startService({
    name: 'things',
    module: ThingModule,
    settings: {
      SIGNET_HOST: '127.0.0.1',
      SIGNET_HTTP_PORT: 0,
      SIGNET_MANAGEMENT_PORT: 0,
      SIGNET_LOG_LEVEL: 'silent',
      SIGNET_SHUTDOWN_DEADLINE: 10_000,
      SIGNET_RATE_LIMIT: 2,
      SIGNET_WRONG_KEY_LIMIT: 3,
      SIGNET_TRUSTED_PROXIES: ['127.0.0.1/32'],
    },
    openapi: { title: 'Things' },
    monotonic: () => clock().getTime(),
  });
});
afterAll(() => service.stop());

const call = (token: string, from = '192.0.2.1', path = '/thing') =>
  fetch(service.url + path, { headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': from } });
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

describe('a key', () => {
  test('may make the requests of ten seconds at once, learns how many are left, and then waits', async () => {
    for (let left = 19; left >= 0; left--) {
      const answer = await call('one');
      expect(answer.status).toBe(200);
      expect(answer.headers.get('ratelimit-policy')).toBe('"key";q=20;w=10');
      expect(answer.headers.get('ratelimit')).toBe(`"key";r=${left};t=${Math.ceil((20 - left) / 2)}`);
    }
    const refused = await call('one');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.headers.get('ratelimit')).toBe('"key";r=0;t=10');
    expect(await codeOf(refused)).toBe('rate_limited');
    clock.advance(500);
    expect((await call('one')).status).toBe(200);
    expect((await call('one')).status).toBe(429);
  });

  test('does not use up the limit of another key, from whatever addresses the requests come', async () => {
    expect((await call('two')).headers.get('ratelimit')).toBe('"key";r=19;t=1');
  });

  test('is not counted on public routes', async () => {
    const answer = await call('one', '192.0.2.1', '/public');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ratelimit')).toBeNull();
  });
});

describe('an address', () => {
  test('may send three wrong keys a minute; further guesses must wait, and other addresses are not affected', async () => {
    const guesses = [];
    for (let count = 0; count < 5; count++)
      guesses.push((await call(`guess ${count}`.replace(' ', ''), '192.0.2.66')).status);
    expect(guesses).toEqual([401, 401, 401, 429, 429]);
    const refused = await call('again', '192.0.2.66');
    expect(refused.headers.get('retry-after')).toBe('20');
    expect(refused.headers.get('ratelimit-policy')).toBe('"wrong-keys";q=3;w=60');
    expect(await codeOf(refused)).toBe('too_many_wrong_keys');
    expect((await call('guess', '192.0.2.67')).status).toBe(401);
    clock.advance(20_000);
    expect((await call('again', '192.0.2.66')).status).toBe(401);
    expect((await call('again', '192.0.2.66')).status).toBe(429);
  });

  test('is served with a right key although another client guesses keys from it', async () => {
    for (let count = 0; count < 5; count++) await call('guess', '192.0.2.68');
    expect((await call('three', '192.0.2.68')).status).toBe(200);
  });

  test('of IPv6 is a whole network', async () => {
    for (let count = 0; count < 3; count++) await call('guess', `2001:db8::${count}`);
    expect((await call('guess', '2001:db8::ffff')).status).toBe(429);
    expect((await call('guess', '2001:db8:0:1::1')).status).toBe(401);
  });
});

test('refusals are counted by whose limit it was', async () => {
  const metrics = await (await fetch(`${service.managementUrl}/metrics`)).text();
  for (const reason of ['key', 'address']) {
    expect(metrics).toMatch(new RegExp(`^signet_requests_refused_total{reason="${reason}"} [1-9]`, 'm'));
  }
});
