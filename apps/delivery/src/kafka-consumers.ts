import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { CONSUMER_GROUPS, countOfRequests, DELIVERY_DEAD_LETTER, DELIVERY_REQUESTS } from '@signet/contracts';
import { KafkaBatchServer } from '@signet/kafka';
import { countLostOffsets, HealthRegistry, joinedOnce, processPlace } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import { Registry } from 'prom-client';
import type { DeliverySettings } from './config.ts';
import { DeliveryMetrics } from './metrics/delivery-metrics.ts';
import { DispatchService } from './dispatch/dispatch.service.ts';
import { DISPATCH, PARTITION_ROOM } from './dispatch/dispatch.tokens.ts';
import { Membership, SESSION_TIMEOUT_MS } from './partitions/membership.ts';
import { FAN_OUT } from './fan-out/fan-out.tokens.ts';
import { kafkaClient } from './kafka-client.ts';

/** The two consumers of delivery: fan-out reads messages, dispatch serves the webhooks of its partitions. */
export function kafkaConsumers(
  app: NestFastifyApplication,
  settings: DeliverySettings,
  logger: Logger,
): CustomTransportStrategy[] {
  const metrics = app.get(DeliveryMetrics);
  const health = app.get(HealthRegistry);
  const dispatch = app.get(DispatchService);
  const common = {
    client: kafkaClient(settings, logger),
    deadLetterTopic: DELIVERY_DEAD_LETTER,
    onDeadLetter: (reason: string) => metrics.deadLettered(reason),
    onOffsetLost: countLostOffsets(app.get<Registry>(Registry)),
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    place: processPlace(settings),
    logger,
  };
  const fanOutServer = new KafkaBatchServer({
    ...common,
    groupId: CONSUMER_GROUPS.fanOut,
    transportId: FAN_OUT,
    maxInFlightBytes: 4_194_304,
  });
  const dispatchServer = new KafkaBatchServer({
    ...common,
    groupId: CONSUMER_GROUPS.dispatch,
    transportId: DISPATCH,
    // Enough to keep every webhook of a partition busy between two fetches.
    maxInFlightRecords: PARTITION_ROOM,
    countOf: ({ headers }) => countOfRequests(headers),
    // Compressed; a dozen times that in memory.
    maxBytesPerPartition: 262_144,
    onGivingUp: () => dispatch.partitions.givingUp(),
    onAssigned: (assignment) => dispatch.partitions.assigned(assignment[DELIVERY_REQUESTS] ?? []),
    onRevoked: (assignment) => dispatch.partitions.revoked(assignment[DELIVERY_REQUESTS] ?? []),
  });
  app.get(Membership).follow(() => dispatchServer.msSinceHeartbeat());
  for (const [name, server] of [
    ['fan-out', fanOutServer],
    ['dispatch', dispatchServer],
  ] as const) {
    const isReady = joinedOnce({
      isJoined: () => server.isReady(),
      missing: 'has not joined its group',
      waiting: 'not in its group: messages wait on Kafka, requests are answered',
    });
    health.addReadiness(`${name}-consumer`, isReady);
    health.addLiveness(`${name}-consumer`, () => server.isAlive() || 'gives no sign of life');
  }
  return [fanOutServer, dispatchServer];
}
