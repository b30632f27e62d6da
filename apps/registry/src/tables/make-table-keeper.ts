import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '@signet/contracts';
import type { KafkaClientOptions, RecordProducer } from '@signet/kafka';
import type { Logger } from '@signet/service-kit';
import type { RegistrySettings } from '../config.ts';
import { PublishedStreams } from '../relay/published-streams.ts';
import type { RegistryRelay } from '../relay/registry-relay.ts';
import { UntilPublished } from '../relay/until-published.ts';
import { StoredTablesStore } from './stored-tables.ts';
import { TableKeeper } from './table-keeper.ts';
import { TableTopics } from './table-topics.ts';

/** The longest wait for the relay before this replica checks again whether it still publishes; milliseconds. */
const PATIENCE_MS = 1_000;

interface Parts {
  readonly settings: RegistrySettings;
  readonly client: KafkaClientOptions;
  readonly em: EntityManager;
  readonly relay: RegistryRelay;
  readonly producer: RecordProducer;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function tableKeeper({ settings, client, em, relay, producer, clock, logger }: Parts): TableKeeper {
  const isRelaying = (): boolean => relay.role === 'publishing';
  // The database is asked what the relay has published: a position is stored only when everything before it is
  // published.
  const until = new UntilPublished({ em, published: new PublishedStreams(), isRelaying, longestMs: PATIENCE_MS });
  return new TableKeeper({
    em,
    topics: new TableTopics(client, producer, settings.SIGNET_INSTALLATION),
    store: new StoredTablesStore(em),
    until,
    role: () => relay.role,
    clock,
    heartbeatMs: settings.SIGNET_TABLE_HEARTBEAT,
    logger,
  });
}
