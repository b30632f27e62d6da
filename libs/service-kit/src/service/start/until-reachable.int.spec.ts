import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { waitFor } from '@signet/testing';
import { pinoLogger } from '../../logging/logger.ts';
import { anyAnswers } from '../fastify/any-answers.ts';
import { untilReachable } from './until-reachable.ts';

const recordingLogger = () => {
  const lines: string[] = [];
  return { lines, logger: pinoLogger('test', 'info', { write: (line) => void lines.push(line) }) };
};

describe('a service that starts before what it needs', () => {
  test('waits for it and says so', async () => {
    const { lines, logger } = recordingLogger();
    const port = await freePort();
    const waiting = untilReachable('Kafka', () => anyAnswers([`127.0.0.1:${port}`]), { logger, pauseMs: 5 });
    await waitFor(() => lines.length > 0, { what: 'the first log line' });
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await waiting;
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({
        level: 'warn',
        reason: `127.0.0.1:${port}: ECONNREFUSED`,
        msg: `Kafka is not reachable yet: 127.0.0.1:${port}: ECONNREFUSED; waiting for it`,
      });
      expect(lines.at(-1)).toContain('Kafka is reachable');
    } finally {
      server.close();
    }
  });

  test('warns only when it waits longer than expected', async () => {
    const { lines, logger } = recordingLogger();
    const levels = (): string[] => lines.map((line) => (JSON.parse(line) as { level: string }).level);
    const options = { logger, pauseMs: 5, maxPauseMs: 20 };
    const stop = new AbortController();
    const never = (): Promise<void> => Promise.reject(new Error('no'));
    const patient = untilReachable('The registry', never, { ...options, expectedMs: 100, signal: stop.signal });
    await waitFor(() => levels().includes('warn'), { what: 'a warning' });
    stop.abort();
    await expect(patient).rejects.toThrow(/abort/i);
    expect(levels()[0]).toBe('info');
    expect(levels().lastIndexOf('info')).toBeLessThan(levels().indexOf('warn'));
  });

  test('gives up when its signal is aborted', async () => {
    const { logger } = recordingLogger();
    const stop = new AbortController();
    const waiting = untilReachable('Kafka', () => Promise.reject(new Error('no')), { logger, signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});
