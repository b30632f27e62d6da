import { isUtf8 } from 'node:buffer';
import type { KafkaClientOptions, ReadDeadLetter } from '@signet/kafka';
import { recordsAt } from '@signet/kafka';
import type { ShowCommand } from './arguments.ts';
import { deadLetterOf } from './dead-letter-of.ts';

/** Writes everything about one dead letter: the reason, the origin, its own headers, and its value last. */
export async function show(
  client: KafkaClientOptions,
  { topic, place, isRaw, isJson }: ShowCommand,
  write: (text: string | Buffer) => void,
): Promise<void> {
  const [record] = await recordsAt(client, topic, [place]);
  const letter = deadLetterOf(record!);
  if (isRaw) return write(letter.value ?? '');
  if (isJson) return write(`${JSON.stringify(jsonOf(letter))}\n`);
  write(`${aboutOf(letter)}\n\n`);
  write(letter.value === null ? '(no value)\n' : `${textOf(letter.value)}\n`);
}

/** Key, value and headers in base64: they may be any bytes. */
function jsonOf({ partition, offset, key, value, headers, origin, ...letter }: ReadDeadLetter): object {
  const { reason, field, detail, at, service, omittedBytes, putBackFrom } = letter;
  return {
    place: `${partition}:${offset}`,
    ...{ reason, field, detail, at, service, omittedBytes, putBackFrom },
    from: { topic: origin.topic, partition: origin.partition, offset: String(origin.offset) },
    key: key?.toString('base64') ?? null,
    value: value?.toString('base64') ?? null,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, all]) => [
        name,
        [all].flat().map((one) => (one as Buffer).toString('base64')),
      ]),
    ),
  };
}

function aboutOf(letter: ReadDeadLetter): string {
  const { partition, offset, reason, field, detail, at, service, origin, omittedBytes, putBackFrom, key } = letter;
  const about: [name: string, value: string | number | undefined][] = [
    ['place', `${partition}:${offset}`],
    ['reason', reason],
    ['field', field],
    ['detail', detail],
    ['set aside', `${at} by ${service}`],
    ['from', `${origin.topic}/${origin.partition}:${origin.offset}`],
    ['sent', Number.isFinite(origin.at) ? new Date(origin.at).toISOString() : undefined],
    ['bytes left out', omittedBytes],
    ['put back before', putBackFrom],
    ['key', key === null ? '(none)' : textOf(key)],
    ...Object.entries(letter.headers).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [`header ${name}`, textOf(one as Buffer)]),
    ),
  ];
  return about.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`])).join('\n');
}

/** Text unchanged; other bytes in base64, with a note that they are. */
const textOf = (bytes: Buffer): string =>
  isUtf8(bytes) ? bytes.toString('utf8') : `(base64) ${bytes.toString('base64')}`;
