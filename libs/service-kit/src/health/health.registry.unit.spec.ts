import { describe, expect, test } from '@jest/globals';
import { HealthRegistry, tolerated } from './health.registry.ts';

describe('health', () => {
  test('is ok without checks and with good ones', async () => {
    const health = new HealthRegistry();
    expect(await health.ready()).toEqual({ status: 'ok', checks: {} });
    health.addReadiness('a', () => true);
    health.addReadiness('b', async () => undefined);
    expect(await health.ready()).toEqual({ status: 'ok', checks: { a: 'ok', b: 'ok' } });
  });

  test('says of every bad check why it is', async () => {
    const health = new HealthRegistry(20);
    health.addReadiness('good', () => true);
    health.addReadiness('refuses', () => false);
    health.addReadiness('explains', () => 'not joined yet');
    health.addReadiness('throws', () => {
      throw new Error('no route to host');
    });
    health.addReadiness('hangs', () => new Promise(() => undefined));
    expect(await health.ready()).toEqual({
      status: 'unavailable',
      checks: {
        good: 'ok',
        refuses: 'unavailable',
        explains: 'not joined yet',
        throws: 'no route to host',
        hangs: 'no answer within 20 ms',
      },
    });
  });

  test('is ok with what is tolerated, and says what that is', async () => {
    const health = new HealthRegistry();
    health.addReadiness('kafka', () => tolerated('is away'));
    expect(await health.ready()).toEqual({ status: 'ok', checks: { kafka: 'is away' } });
  });

  test('keeps liveness and readiness apart', async () => {
    const health = new HealthRegistry();
    health.addReadiness('database', () => false);
    expect((await health.live()).status).toBe('ok');
    health.addLiveness('watchdog', () => false);
    expect((await health.live()).status).toBe('unavailable');
  });
});
