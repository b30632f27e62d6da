import type { KafkaClientOptions, KafkaRecord } from '@signet/kafka';
import { listTopics, rangesBetween, readRanges } from '@signet/kafka';
import type { Leak, SearchReport, SecretSearch } from './secret-search.ts';
import { distinct } from './secret-search.ts';

const TOMORROW_MS = 24 * 60 * 60 * 1_000;

/** Searches key, value and headers of every record that is on any topic now. */
export async function searchTopics(client: KafkaClientOptions, search: SecretSearch): Promise<SearchReport> {
  const topics = await listTopics(client);
  const ranges = await rangesBetween(client, topics, new Date(0), new Date(Date.now() + TOMORROW_MS));
  const leaks: Leak[] = [];
  let places = 0;
  let bytes = 0;
  await readRanges({
    client,
    ranges,
    signal: new AbortController().signal,
    onRecords: async (records, { topic }) => {
      const all = Buffer.concat(records.flatMap(partsOf));
      places += records.length;
      bytes += all.length;
      leaks.push(...search.leaksIn(`topic ${topic}`, all));
    },
  });
  return { places, bytes, leaks: distinct(leaks) };
}

const BETWEEN = Buffer.from('\n');

const partsOf = ({ key, value, headers }: KafkaRecord): Buffer[] =>
  [key, value, ...Object.entries(headers).flatMap(([name, text]) => [Buffer.from(name), text])].flatMap((part) =>
    part == null ? [] : [part, BETWEEN],
  );
