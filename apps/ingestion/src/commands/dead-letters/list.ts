import type { KafkaClientOptions, ReadDeadLetter } from '@signet/kafka';
import { readDeadLetter, readSince } from '@signet/kafka';
import type { ListCommand } from './arguments.ts';

/** Writes the newest dead letters that match, the oldest of them first, one on each line. */
export async function list(
  client: KafkaClientOptions,
  { topic, reason, since, limit, isJson }: ListCommand,
  write: (text: string) => void,
): Promise<void> {
  // Keeps lines and not records: a million dead letters may be read to find the last fifty.
  const lines: string[] = [];
  await readSince(client, topic, since, (record) => {
    const letter = readDeadLetter(record);
    if (!letter || (reason !== undefined && letter.reason !== reason)) return;
    lines.push(isJson ? jsonOf(letter) : lineOf(letter));
    if (lines.length > 2 * limit) lines.splice(0, limit);
  });
  write(lines.slice(-limit).join(''));
}

function jsonOf({ partition, offset, at, reason, field, origin, detail }: ReadDeadLetter): string {
  const from = { topic: origin.topic, partition: origin.partition, offset: String(origin.offset) };
  return `${JSON.stringify({ place: `${partition}:${offset}`, at, reason, field, from, detail })}\n`;
}

function lineOf({ partition, offset, at, reason, field = '', origin, detail }: ReadDeadLetter): string {
  const from = `${origin.topic}/${origin.partition}:${origin.offset}`;
  // Some columns hold text of the sender, which may contain line breaks.
  const columns = [`${partition}:${offset}`, at, reason, field, from, detail].map((text) => text.replace(/\s+/g, ' '));
  return `${columns.join('\t')}\n`;
}
