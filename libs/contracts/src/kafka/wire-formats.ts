/** Data that one service writes and another one, perhaps of another version, reads. */
export interface WireFormat {
  /** The topic or table with the data. */
  readonly on: string;
  /** Every format that this version reads; a format stays here as long as such data may still be stored. */
  readonly reads: readonly number[];
  /** The format that this version writes unless SIGNET_WRITE_FORMATS says otherwise: one that the version before reads. */
  readonly writes: number;
  /** The first version that reads a format; without one, every version from 0.2.0 on does. */
  readonly readSince?: Readonly<Record<number, string>>;
}

/**
 * The formats of all data that goes from one process to another. An optional field that old readers ignore is no new format. A change
 * that old readers do not understand is a new format, and comes in three steps, each in a minor version of its own or later:
 *
 * | version | reads | writes | SIGNET_WRITE_FORMATS |
 * |---|---|---|---|
 * | before | 1 | 1 | |
 * | brings it | 1, 2 | 1 | 2, once no replica of the version before is left |
 * | after | 1, 2 | 2 | 1, to go back |
 * | later, when no data of 1 is stored any more | 2 | 2 | |
 *
 * tools/upgrades/recorded has bytes as released versions wrote them; a test reads them all.
 */
export const WIRE_FORMATS = {
  /** 2: each message has the length of its body; in 1 the lengths are in a header of their own (since 0.3.0). */
  'request-bundles': { on: 'delivery.requests.v1', reads: [1, 2], writes: 1, readSince: { 2: '0.3.0' } },
  requests: { on: 'delivery.requests.v1', reads: [1], writes: 1 },
  outcomes: { on: 'delivery.outcomes.v1', reads: [1], writes: 1 },
  messages: { on: 'ingestion.<domain>.v1', reads: [1], writes: 1 },
  webhooks: { on: 'registry.webhooks.v1', reads: [1], writes: 1 },
  tenants: { on: 'registry.tenants.v1', reads: [1], writes: 1 },
  'api-keys': { on: 'registry.api-keys.v1', reads: [1], writes: 1 },
  generations: { on: 'registry.*', reads: [1], writes: 1 },
  'shelved-requests': { on: 'delivery.shelved_requests', reads: [1], writes: 1 },
} as const satisfies Readonly<Record<string, WireFormat>>;

export type FormatName = keyof typeof WIRE_FORMATS;
/** The format of each name that is written now. */
export type WriteFormats = Readonly<Record<FormatName, number>>;

const NAMES = Object.keys(WIRE_FORMATS) as FormatName[];

/** The formats that this version writes by default, except the named ones. */
export const writeFormats = (named: Partial<WriteFormats> = {}): WriteFormats =>
  Object.fromEntries(NAMES.map((name) => [name, named[name] ?? WIRE_FORMATS[name].writes])) as Record<
    FormatName,
    number
  >;

/** The first version that reads a format of this name; undefined: every version that an update may begin with. */
export function readSince(name: FormatName, format: number): string | undefined {
  const { readSince: since = {} }: WireFormat = WIRE_FORMATS[name];
  return since[format];
}

/** Reads `request-bundles=2,…`. If it names an unknown format, or one that this version cannot read itself, the result is a sentence. */
export function parseWriteFormats(text: string): WriteFormats | { readonly fault: string } {
  const named: Partial<Record<FormatName, number>> = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [name = '', number = ''] = part.split('=');
    const known = NAMES.find((one) => one === name);
    if (known === undefined) return { fault: `has no format "${name}": there are ${NAMES.join(', ')}` };
    const reads: readonly number[] = WIRE_FORMATS[known].reads;
    if (!reads.includes(Number(number)))
      return { fault: `has ${name}=${number}, but this version knows ${reads.join(' and ')} of it` };
    named[known] = Number(number);
  }
  return writeFormats(named);
}
