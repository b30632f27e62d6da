import { parseArgs } from 'node:util';
import { INGESTION_DEAD_LETTER } from '@signet/contracts';
import type { RecordPlace } from '@signet/kafka';
import { parseDuration } from '@signet/service-kit';

export interface ListCommand {
  readonly name: 'list';
  readonly topic: string;
  /** undefined: every reason. */
  readonly reason: string | undefined;
  readonly since: Date;
  /** At most this many, the newest ones. */
  readonly limit: number;
  readonly isJson: boolean;
}

export interface ShowCommand {
  readonly name: 'show';
  readonly topic: string;
  readonly place: RecordPlace;
  /** Print only the bytes of the value. */
  readonly isRaw: boolean;
  readonly isJson: boolean;
}

export interface PutBackCommand {
  readonly name: 'put-back';
  readonly topic: string;
  readonly places: readonly RecordPlace[];
  /** File with the value that is put back in place of the original one. */
  readonly dataFile: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly isJson: boolean;
}

export type Command = ListCommand | ShowCommand | PutBackCommand | { readonly name: 'help' };

export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `dead-letters list [--reason REASON] [--since TIME] [--limit 50]
    One line for each, oldest first: place, time, reason, field, origin, detail, with tabs between. TIME is RFC 3339, or how
    long ago, such as 2h.
dead-letters show PLACE [--raw]
    Everything about one; with --raw only the bytes of its value.
dead-letters put-back PLACE… [--data FILE] [--set-header NAME=VALUE]…
    Sends the records to the topics that they came from, with their keys and headers: as they were, or with another
    value, or with headers set.

Everywhere: --topic TOPIC, the dead-letter topic, ${INGESTION_DEAD_LETTER} without it. A PLACE is PARTITION:OFFSET.
With --json each is a JSON object in a line of its own. SIGNET_KAFKA_BROKERS says where Kafka is.
`;

const OPTIONS = {
  topic: { type: 'string', default: INGESTION_DEAD_LETTER },
  reason: { type: 'string' },
  since: { type: 'string' },
  limit: { type: 'string', default: '50' },
  raw: { type: 'boolean', default: false },
  data: { type: 'string' },
  'set-header': { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** The options of each command, in addition to --topic, --json and --help. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  list: ['reason', 'since', 'limit'],
  show: ['raw'],
  'put-back': ['data', 'set-header'],
};

/** @throws UsageError with a sentence that names the error */
export function parseCommand(args: readonly string[], now: Date): Command {
  const { values, positionals, tokens } = parsed(args);
  const [name = '', ...rest] = positionals;
  if (values.help || args.length === 0) return { name: 'help' };
  const known = KNOWN[name];
  if (!known) throw new UsageError(`There is no command "${name}".`);
  for (const token of tokens) {
    if (token.kind === 'option' && !['topic', 'json', 'help', ...known].includes(token.name))
      throw new UsageError(`${name} takes no --${token.name}.`);
  }
  const { topic, json: isJson } = values;
  if (name === 'list') {
    if (rest.length > 0) throw new UsageError(`list takes no "${rest[0]}".`);
    return {
      name,
      topic,
      reason: values.reason,
      since: sinceOf(values.since, now),
      limit: limitOf(values.limit),
      isJson,
    };
  }
  const places = rest.map(placeOf);
  const [place] = places;
  if (!place) throw new UsageError(`${name} needs a PLACE.`);
  if (name === 'show') {
    if (places.length > 1) throw new UsageError('show takes one PLACE.');
    return { name, topic, place, isRaw: values.raw, isJson };
  }
  if (values.data !== undefined && places.length > 1)
    throw new UsageError('--data is the value of one record: give one PLACE.');
  const headers = Object.fromEntries((values['set-header'] ?? []).map(headerOf));
  return { name: 'put-back', topic, places, dataFile: values.data, headers, isJson };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, tokens: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function placeOf(text: string): RecordPlace {
  const [, partition, offset] = /^(\d{1,9}):(\d{1,18})$/.exec(text) ?? [];
  if (partition === undefined || offset === undefined)
    throw new UsageError(`"${text}" is no PLACE: PARTITION:OFFSET, such as 0:12.`);
  return { partition: Number(partition), offset: BigInt(offset) };
}

function sinceOf(text: string | undefined, now: Date): Date {
  if (text === undefined) return new Date(0);
  const ago = parseDuration(text);
  const since = ago === undefined ? new Date(text) : new Date(now.getTime() - ago);
  if (Number.isNaN(since.getTime())) throw new UsageError(`--since is a time or how long ago, not "${text}".`);
  return since;
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1) throw new UsageError(`--limit is a number from 1 on, not "${text}".`);
  return limit;
}

function headerOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--set-header takes NAME=VALUE, not "${text}".`);
  return [text.slice(0, at), text.slice(at + 1)];
}
