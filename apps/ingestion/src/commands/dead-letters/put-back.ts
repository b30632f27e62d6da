import { readFileSync } from 'node:fs';
import { TOPICS } from '@signet/contracts';
import type { KafkaClientOptions, ReadDeadLetter } from '@signet/kafka';
import { putBackRecord, RecordProducer, recordsAt, requireTopic } from '@signet/kafka';
import type { PutBackCommand } from './arguments.ts';
import { deadLetterOf } from './dead-letter-of.ts';

/** A dead letter cannot be put back in the requested way; no record has been put back. */
export class CannotPutBackError extends Error {
  override readonly name = 'CannotPutBackError';
}

/** Records on our own topics contain their times. On a source topic Kafka's timestamp may be the only time, so it is kept. */
const OWN_TOPICS: ReadonlySet<string> = new Set(TOPICS.map(({ name }) => name));

/** Sends the records to the topics that they came from, and writes one line for each record that Kafka has. */
export async function putBack(
  client: KafkaClientOptions,
  { topic, places, dataFile, headers, isJson }: PutBackCommand,
  write: (text: string) => void,
): Promise<void> {
  const value = dataFile === undefined ? undefined : read(dataFile);
  const letters = (await recordsAt(client, topic, places)).map(deadLetterOf);
  if (value === undefined) letters.forEach(requireWhole);
  for (const origin of new Set(letters.map((letter) => letter.origin.topic))) await requireTopic(client, origin);
  const producer = new RecordProducer({ client, name: 'dead-letters' });
  try {
    for (const letter of letters) {
      const to = letter.origin.topic;
      const keepsTime = !OWN_TOPICS.has(to);
      const mended = { headers, ...(value !== undefined && { value }) };
      await producer.publish(to, putBackRecord(letter, { topic, now: new Date(), keepsTime, ...mended }));
      const place = `${letter.partition}:${letter.offset}`;
      write(isJson ? `${JSON.stringify({ place, topic: to })}\n` : `${place} is on ${to} again\n`);
    }
  } finally {
    await producer.close();
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CannotPutBackError(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

function requireWhole({ partition, offset, omittedBytes }: ReadDeadLetter): void {
  if (omittedBytes === undefined) return;
  throw new CannotPutBackError(
    `${partition}:${offset} was too large to be kept whole, ${omittedBytes} bytes are left out: give its value with --data.`,
  );
}
