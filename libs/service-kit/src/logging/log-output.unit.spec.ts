import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { LogOutput } from './log-output.ts';

const LINE = `${'x'.repeat(99)}\n`;

/** A stream whose reader takes lines when the test lets it. */
function slowStream() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    decodeStrings: false,
    autoDestroy: false,
    write: (chunk: string, _encoding, done) => {
      waiting.push(() => {
        taken.push(chunk);
        done();
      });
    },
  });
  const readAll = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      next();
      await new Promise(setImmediate);
    }
  };
  return { stream, taken, readAll };
}

test('lines that find no room are dropped, and their number is written before the next line', async () => {
  const { stream, taken, readAll } = slowStream();
  const output = new LogOutput(stream, (dropped) => output.write(`${dropped} missing\n`), 250);
  for (let n = 0; n < 5; n += 1) output.write(LINE);
  expect(output.dropped).toBe(2);
  await readAll();
  output.write('later\n');
  await readAll();
  expect(taken).toEqual([LINE, LINE, LINE, '2 missing\n', 'later\n']);
});

test('a fatal line is let in although there is no room', async () => {
  const { stream, taken, readAll } = slowStream();
  const logger = pino({}, new LogOutput(stream, () => undefined, 100));
  for (let n = 0; n < 5; n += 1) logger.error(LINE);
  logger.fatal('last words');
  await readAll();
  expect(taken).toHaveLength(2);
  expect(taken[1]).toContain('last words');
});

test('a flush ends when everything is written, or when its time is over', async () => {
  const { stream, taken, readAll } = slowStream();
  const output = new LogOutput(stream, () => undefined);
  output.write(LINE);
  await output.flush(10);
  expect(taken).toEqual([]);
  const flushed = output.flush(60_000);
  await readAll();
  await flushed;
  expect(taken).toContain(LINE);
});

test.each([
  ['EPIPE', 'its reader has gone: nothing more is written', 0],
  ['ENOSPC', 'the disk is full: it goes on when there is room', 1],
])('%s: %s', async (code, _what, later) => {
  let fault: Error | null = Object.assign(new Error(code), { code });
  const taken: string[] = [];
  // process.stdout can be written to after an error, as no other stream can.
  const stream = Object.assign(new EventEmitter(), {
    writableLength: 0,
    write: (chunk: string) => {
      if (fault) stream.emit('error', fault);
      else taken.push(chunk);
      fault = null;
      return true;
    },
  });
  const output = new LogOutput(stream, () => undefined);
  output.write(LINE);
  expect(output.dropped).toBe(1);
  output.write(LINE);
  expect(taken).toHaveLength(later);
  expect(output.dropped).toBe(2 - later);
});
