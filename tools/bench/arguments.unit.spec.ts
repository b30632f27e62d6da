import { describe, expect, test } from '@jest/globals';
import { readArguments } from './arguments.ts';
import { DEFAULT_SCENARIOS } from './scenario-name.ts';
import { UsageError } from './usage-error.ts';

describe('what may be typed behind npm run bench --', () => {
  test('nothing: the default scenarios on a Signet of our own', () => {
    expect(readArguments([])).toMatchObject({ scenarios: DEFAULT_SCENARIOS, use: undefined, warmUp: true });
  });

  test('only the limit, which needs no Signet', () => {
    expect(readArguments(['limit']).scenarios).toEqual([]);
  });

  test('scenarios run in their own order, not in that of the typing', () => {
    expect(readArguments(['kafka', 'http-single', '--messages', '500'])).toMatchObject({
      scenarios: ['http-single', 'kafka'],
      messages: 500,
    });
  });

  test('scrapes meanwhile, and pairs of one scenario that are compared', () => {
    expect(readArguments(['kafka', '--scrape', '5s', '--pairs', '3'])).toMatchObject({ scrapeSeconds: 5, pairs: 3 });
    expect(readArguments(['--scrape', '15'])).toMatchObject({ scrapeSeconds: 15, pairs: undefined });
    expect(() => readArguments(['kafka', '--pairs', '3'])).toThrow(UsageError);
    expect(() => readArguments(['kafka', 'crash', '--scrape', '5s', '--pairs', '3'])).toThrow(UsageError);
  });

  test('a day that is full already, made of what the warm-up delivered', () => {
    expect(readArguments(['kafka', '--storage', '--recorded', '1000'])).toMatchObject({
      storage: true,
      recorded: 1_000,
    });
    expect(() => readArguments(['kafka', '--recorded', '1000', '--no-warm-up'])).toThrow(UsageError);
  });

  test('profiles of scenarios with one measured part, in a folder', () => {
    expect(readArguments(['kafka']).profileFolder).toBeUndefined();
    expect(readArguments(['kafka', '--profile']).profileFolder).toBe('.tmp/profiles');
    expect(readArguments(['--profile', '--profile-folder', '/tmp/here']).profileFolder).toBe('/tmp/here');
    expect(() => readArguments(['kafka', 'crash', '--profile'])).toThrow('not for crash');
    expect(() => readArguments(['limit', '--profile'])).toThrow(UsageError);
  });

  test('what a message costs, of the same scenarios', () => {
    expect(readArguments(['kafka', 'idle', '--costs'])).toMatchObject({ scenarios: ['kafka', 'idle'], costs: true });
    expect(() => readArguments(['burst', '--costs'])).toThrow('--costs is for');
    expect(() => readArguments(['kafka', '--costs', '--profile'])).toThrow('does not go with --profile');
  });

  test('curves of growth, all of them or some, on a Signet of our own', () => {
    expect(readArguments(['growth']).growth).toMatchObject({ quick: false, folder: '.tmp/growth' });
    expect(readArguments(['growth', '--quick', '--curve', 'tenants']).growth).toMatchObject({
      curves: ['tenants'],
      quick: true,
    });
    expect(readArguments(['kafka']).growth).toBeUndefined();
    for (const typed of [
      ['kafka', '--quick'],
      ['growth', '--curve', 'x'],
      ['growth', '--use', 'local.json'],
    ])
      expect(() => readArguments(typed)).toThrow(UsageError);
  });

  test('another program instead of Signet', () => {
    expect(readArguments(['--peer', 'http://127.0.0.1:4000/', '--messages', '500']).peer).toMatchObject({
      messages: 500,
    });
    expect(readArguments([]).peer).toBeUndefined();
    expect(() => readArguments(['kafka', '--peer', 'http://127.0.0.1:4000/'])).toThrow('none of the scenarios');
  });

  test.each([['nonsense'], ['--messages', '0'], ['--messages', '1.5'], ['--unknown']])('%s is refused', (...typed) => {
    expect(() => readArguments(typed)).toThrow(UsageError);
  });
});
