import type { Clock } from '@signet/contracts';
import { systemClock } from '@signet/contracts';
import { LogRelay } from '../relay/log-relay.ts';
import type { LogPosition, LogRelayOptions } from '../relay/log-relay.options.ts';

export interface AddedRow extends LogPosition {
  readonly stream_id: string;
}

export interface Told {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

/** A relay of the events of `logSession` with short waits; the rows that it published, and the lines that it logged. */
export function relayUnderTest(
  connectionString: string,
  name: string,
  options: Partial<LogRelayOptions<AddedRow>> & { readonly clock?: Clock } = {},
) {
  const published: string[] = [];
  const told: Told[] = [];
  const tell =
    (level: Told['level']) =>
    (fields: object, message: string): void =>
      void told.push({ level, message, fields });
  const relay = new LogRelay<AddedRow>({
    connection: { connectionString },
    name,
    table: 'events',
    columns: ['stream_id'],
    timeColumn: 'recorded_at',
    pollIntervalMs: 20,
    lockIntervalMs: 20,
    longestBackoffMs: 50,
    clock: systemClock,
    logger: { info: tell('info'), warn: tell('warn'), error: tell('error') },
    publish: async (rows) => void published.push(...rows.map((row) => row.stream_id)),
    ...options,
  });
  return { relay, published, told };
}
