/*
 * Names of attributes, from the semantic conventions of OpenTelemetry 1.45; our own begin with `signet.`. They are repeated
 * here so that the package of the conventions need not be loaded if nothing is traced.
 */

export const ATTRIBUTE = {
  tenantId: 'signet.tenant.id',
  webhookId: 'signet.webhook.id',
  deliveryId: 'signet.delivery.id',
  messageId: 'signet.message.id',
  messageSource: 'signet.message.source',
  /** The header `webhook-id` of the request that a receiver gets. */
  eventId: 'signet.event.id',
  eventType: 'signet.event.type',
  attempt: 'signet.attempt.number',
  cause: 'signet.attempt.cause',
  outcome: 'signet.attempt.outcome',
  fault: 'signet.attempt.fault',
  deliveries: 'signet.deliveries',
  errorType: 'error.type',
  messagingSystem: 'messaging.system',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  destination: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  consumerGroup: 'messaging.consumer.group.name',
  batchCount: 'messaging.batch.message_count',
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
  resends: 'http.request.resend_count',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  peerAddress: 'network.peer.address',
  urlFull: 'url.full',
  urlPath: 'url.path',
  urlScheme: 'url.scheme',
  databaseSystem: 'db.system.name',
  databaseOperation: 'db.operation.name',
  databaseCollection: 'db.collection.name',
  databaseBatch: 'db.operation.batch.size',
} as const;
