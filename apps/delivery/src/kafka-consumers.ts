import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { CE, CONSUMER_GROUPS, countOfRequests, DELIVERY_DEAD_LETTER, DELIVERY_REQUESTS } from '@signet/contracts';
import { KafkaBatchServer } from '@signet/kafka';
import type { KafkaRecord } from '@signet/kafka';
import { countLostOffsets, HealthRegistry, joinedOnce, processPlace } from '@signet/service-kit';
import type { Logger } from '@signet/service-kit';
import { Registry } from 'prom-client';
import type { DeliverySettings } from './config.ts';
import { DeliveryMetrics } from './metrics/delivery-metrics.ts';
import { DispatchService } from './dispatch/dispatch.service.ts';
import { DISPATCH } from './dispatch/dispatch.tokens.ts';
import { Membership, SESSION_TIMEOUT_MS } from './partitions/membership.ts';
import { FAN_OUT } from './fan-out/fan-out.tokens.ts';
import { kafkaClient } from './kafka-client.ts';
import { DispatchIntake } from './sources/dispatch-intake.ts';
import { PARTITION_ROOM, ROOM_BYTES } from './sources/partition-rooms.ts';

/**
 * Messages of a partition that are being routed at once. Each becomes a request for every subscribed webhook, and the requests wait
 * in this process until Kafka has them.
 */
const FAN_OUT_IN_FLIGHT = { maxInFlightRecords: 1_024, maxInFlightBytes: 4 * 1_048_576 };
/**
 * A tenant has one large batch of messages that is being routed (`STEP_REQUESTS` bounds the work on it in one go), so that routing
 * takes only a part of the process's time, and its deliveries and those of others go on.
 */
const ROUTING = { batchSize: 512, atOnce: 1 };

/** Requests that are made tasks in one go, which takes some milliseconds. PostgreSQL is asked once for all of them. */
const TAKEN_AT_ONCE = 256;

const tenantOf = ({ headers }: KafkaRecord): string => headers[CE.tenantId]?.toString('latin1') ?? '';

/** The two consumers of delivery: fan-out reads messages, dispatch serves the webhooks of its partitions. */
export function kafkaConsumers(
  app: NestFastifyApplication,
  settings: DeliverySettings,
  logger: Logger,
): CustomTransportStrategy[] {
  const metrics = app.get(DeliveryMetrics);
  const health = app.get(HealthRegistry);
  const dispatch = app.get(DispatchService);
  const intake = app.get(DispatchIntake);
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
    ...FAN_OUT_IN_FLIGHT,
    lanes: { of: () => tenantOf, ...ROUTING },
  });
  const dispatchServer = new KafkaBatchServer({
    ...common,
    groupId: CONSUMER_GROUPS.dispatch,
    transportId: DISPATCH,
    // Each lane may take half of it; the lane of requests that stay in memory is bounded by the partition's room.
    maxInFlightRecords: 2 * PARTITION_ROOM,
    maxInFlightBytes: 2 * ROOM_BYTES,
    lanes: { of: (records, signal) => intake.lanes.of(records, signal), batchSize: TAKEN_AT_ONCE },
    countOf: ({ headers }) => countOfRequests(headers),
    // Compressed; a dozen times that in memory.
    maxBytesPerPartition: 131_072,
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
