import { expect, test } from '@jest/globals';
import { pinoLogger } from './logger.ts';

const logged = (level: string, write: (logger: ReturnType<typeof pinoLogger>) => void): Record<string, unknown>[] => {
  const lines: string[] = [];
  write(pinoLogger('test', level, { write: (line) => void lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

test('a log line is JSON with the service, the level in words and the time', () => {
  const [line] = logged('info', (logger) => logger.info({ webhookId: 'w' }, 'hello'));
  expect(line).toMatchObject({ name: 'test', level: 'info', msg: 'hello', webhookId: 'w' });
  expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.+Z$/);
});

test('secrets do not reach the log', () => {
  const [line] = logged('info', (logger) =>
    logger.info({
      secret: 'hush',
      secrets: [{ sealed: 'hush' }],
      headers: { authorization: 'Bearer hush', cookie: 'hush', 'x-api-key': 'hush', accept: '*/*' },
      request: { headers: { authorization: 'hush', 'set-cookie': 'hush' } },
      webhook: { secret: 'hush', name: 'mine' },
    }),
  );
  expect(JSON.stringify(line)).not.toContain('hush');
  expect(line).toMatchObject({ headers: { accept: '*/*' }, webhook: { name: 'mine', secret: '[redacted]' } });
});

test('a line that is less severe than the level is not written', () => {
  expect(logged('warn', (logger) => logger.info('quiet'))).toEqual([]);
});
