import {
  canonicalHeaders,
  canonicalKey,
  canonicalTopic,
  domainOf,
  newId,
  systemClock,
  TOPICS,
} from '@signet/contracts';
import type { CanonicalMessage, Clock } from '@signet/contracts';
import { ensureTopics, RecordProducer } from '@signet/kafka';
import type { OutgoingRecord } from '@signet/kafka';
import type { Caller } from '@signet/service-kit';
import { testBrokers } from '@signet/testing';
import { ReplayService } from '../replay/replay.service.ts';
import type { ReplaySettings } from '../replay/replay.service.ts';

import type { DispatchFixture } from './dispatch-fixture.ts';

const kafka = { brokers: testBrokers(), clientId: 'test' };
const DAY_MS = 24 * 60 * 60 * 1000;
const logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A caller that may see the data of every tenant. */
export const OPERATOR: Caller = {
  keyId: newId(),
  role: 'operator',
  tenantId: null,
  name: 'Operator',
  eventTypes: null,
  tenants: null,
};

export interface ReplayFixtureOptions extends Partial<ReplaySettings> {
  /** Takes the requests, in place of delivery.requests.v1. */
  readonly onRequests: (records: readonly OutgoingRecord[]) => Promise<void>;
  /** Called each time that a reading of Kafka begins. */
  readonly onScan?: () => void;
}

/** A replica that carries out replays: messages come from a real Kafka, requests go to the test. */
export function replayReplica(
  fixture: DispatchFixture,
  { onRequests, onScan = () => undefined, ...settings }: ReplayFixtureOptions,
): ReplayService {
  return new ReplayService(
    {
      database: fixture.database,
      clock: systemClock,
      kafka,
      producer: { publishAll: (_topic, records) => onRequests(records) },
      webhooks: { directory: fixture.directory, whenComplete: () => Promise.resolve() },
      tenants: fixture.tenants,
      logger: { ...logger } as never,
      onScan,
      adding: () => Promise.resolve(),
    },
    {
      replica: `replica-${newId()}`,
      ratePerSecond: 10_000,
      pollMs: 20,
      maxAtOnce: 4,
      maxTogether: 200,
      previewMs: 20_000,
      retentionMs: 90 * DAY_MS,
      ...settings,
    },
  );
}

/** Puts messages on their canonical topics, as ingestion does. @param the clock of the ingestion */
export async function publishMessages(
  messages: readonly CanonicalMessage[],
  clock: Clock = systemClock,
): Promise<void> {
  await ensureTopics(kafka, TOPICS, 1);
  const producer = new RecordProducer({ client: kafka, name: 'test' });
  await producer.connect();
  for (const message of messages)
    void producer.publish(canonicalTopic(domainOf(message.type)), {
      key: canonicalKey(message),
      value: message.data,
      headers: canonicalHeaders(message),
      timestamp: clock().getTime(),
    });
  await producer.close();
}
