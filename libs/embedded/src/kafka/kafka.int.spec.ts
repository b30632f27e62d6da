import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureKafkaJars } from './kafka-jars.ts';
import { probeBroker } from './kafka-probe.ts';
import { removeKafka, startKafka } from './kafka.ts';
import { markOf } from '../processes.ts';

let folder: string;
const lines: string[] = [];
const log = (line: string): void => void lines.push(line);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-kafka-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a broker comes back on the same data, and a forgotten one makes room', async () => {
  const pom = fileURLToPath(new URL('../../../../tools/kafka/pom.xml', import.meta.url));
  const cacheDir = process.env['SIGNET_CACHE_DIR'] ?? join(homedir(), '.cache/signet');
  const libDir = await ensureKafkaJars({ cacheDir, pom, log });
  const dataDir = join(folder, 'data');
  const forgotten = await startKafka({ dataDir, libDir, log });
  const next = await startKafka({ dataDir, libDir, log });
  expect(lines.at(-1)).toBe(`Ending the Kafka that an earlier run left behind (process ${forgotten.pid})`);
  expect(markOf(forgotten.pid)).toBeUndefined();
  await probeBroker(next.port, next.clusterId);
  await expect(probeBroker(next.port, 'another-cluster')).rejects.toThrow(
    `another Kafka, of cluster ${next.clusterId}`,
  );
  await next.stop();
  // Java answers SIGTERM with a shutdown of its own and this code.
  expect(await next.exited).toBe('Kafka ended with exit code 143');
  await expect(probeBroker(next.port, next.clusterId)).rejects.toThrow('ECONNREFUSED');
  await removeKafka(dataDir, log);
});
