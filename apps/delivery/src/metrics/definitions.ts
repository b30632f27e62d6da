import { ABANDON_REASONS, ERROR_CLASSES, EVENT_TYPE_NAMES } from '@signet/contracts';
import type { ErrorClass } from '@signet/contracts';
import { defineCounter, defineGauge, defineHistogram, eachOf } from '@signet/service-kit';
import { OBJECTIVE_SECONDS } from './lateness.policy.ts';

/** At most this many webhooks whose circuit is not closed have a series of their own: those whose circuits are open for longest. */
export const MAX_CIRCUIT_SERIES = 200;

/** The status classes of responses that are possible with each error class; `none`: there was no response. */
const STATUS_CLASSES: Readonly<Partial<Record<ErrorClass, readonly string[]>>> = {
  http_status: ['4xx', '5xx'],
  gone: ['4xx'],
  redirect: ['3xx'],
  throttled: ['4xx', '5xx'],
};
/** Errors that come before a response, which an outage of the platform can cause as well. */
const PLATFORM_CLASSES: readonly ErrorClass[] = ['timeout', 'dns', 'connect', 'tls', 'reset'];

const isAbandoned = (errorClass: ErrorClass): boolean => ABANDON_REASONS.some((reason) => reason === errorClass);

/** How an attempt can end. */
const ENDS = [
  { outcome: 'succeeded', status_class: '2xx', error_class: 'none', fault: 'none' },
  ...ERROR_CLASSES.filter((errorClass) => !isAbandoned(errorClass)).flatMap((error_class) =>
    (STATUS_CLASSES[error_class] ?? ['none']).map((status_class) => ({
      ...{ outcome: 'failed', status_class, error_class, fault: 'receiver' },
    })),
  ),
  ...PLATFORM_CLASSES.map((error_class) => ({
    ...{ outcome: 'failed', status_class: 'none', error_class, fault: 'platform' },
  })),
];

const FAULTS = eachOf('fault', ['none', 'receiver', 'platform']);
/** Seconds: from the time that Kafka and two processes need to the length of an outage. */
const DELAY_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** The metrics of delivery, besides those of every service. */
export const DELIVERY_METRICS = {
  messages: defineCounter({
    name: 'signet_fan_out_messages_total',
    help: 'Messages read from the canonical topics.',
    unit: 'messages',
    use: 'The traffic that reaches delivery; compare with signet_ingestion_accepted_total.',
  }),
  requests: defineCounter({
    name: 'signet_fan_out_requests_total',
    help: 'Delivery requests made of these messages, one for each webhook.',
    unit: 'deliveries',
    use: 'Divided by the messages: webhooks a message. 0 beside messages: no webhook matches.',
  }),
  attempts: defineCounter({
    name: 'signet_delivery_attempts_total',
    help: 'Attempts that ended, by outcome and by who was at fault.',
    unit: 'attempts',
    use: 'Success rate, and what the failures are. Operators of Signet can repair only the fault `platform`.',
    labels: ['event_type', 'outcome', 'status_class', 'error_class', 'fault'],
    startsAt0: EVENT_TYPE_NAMES.flatMap((event_type) => ENDS.map((end) => ({ event_type, ...end }))),
  }),
  attemptSeconds: defineHistogram({
    name: 'signet_delivery_attempt_duration_seconds',
    help: 'Duration of a POST, connect to last byte.',
    use: 'How slow the receivers are. A p99 near SIGNET_REQUEST_TIMEOUT: some of them hang.',
    labels: ['outcome'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30],
    startsAt0: eachOf('outcome', ['succeeded', 'failed']),
  }),
  firstAttemptSeconds: defineHistogram({
    name: 'signet_delivery_first_attempt_delay_seconds',
    help: `Time from the acceptance of a message to the start of the first attempt, by who caused a delay: \`platform\` when a fault of the platform held the delivery back, or when it took longer than ${OBJECTIVE_SECONDS} s and the receiver is not the reason.`,
    use: `The objective: 99.9 % within ${OBJECTIVE_SECONDS} s, where the fault is \`none\` or \`platform\`. Alerts SignetFirstAttemptsLate.`,
    labels: ['fault'],
    buckets: DELAY_BUCKETS,
    startsAt0: FAULTS,
  }),
  deliveredSeconds: defineHistogram({
    name: 'signet_delivery_delivered_delay_seconds',
    help: 'Time from the acceptance of a message to the 2xx of the receiver, by who caused a delay: `receiver` when an earlier attempt failed because of the receiver, `platform` when it failed because of the platform.',
    use: 'What receivers see. `none` is the time of the platform and of one quick receiver.',
    labels: ['fault'],
    buckets: [...DELAY_BUCKETS, 3_600, 21_600],
    startsAt0: FAULTS,
  }),
  ended: defineCounter({
    name: 'signet_deliveries_ended_total',
    help: 'Deliveries that came to an end, by status and by the reason of the last failure.',
    unit: 'deliveries',
    use: 'A person has to replay the FAILED ones once the receiver works again.',
    labels: ['status', 'reason'],
    startsAt0: [
      { status: 'SUCCESS', reason: 'none' },
      ...ERROR_CLASSES.map((reason) => ({ status: 'FAILED', reason })),
    ],
  }),
  deadLetters: defineCounter({
    name: 'signet_delivery_dead_letters_total',
    help: 'Records and deliveries set aside on delivery.dead-letter.v1, by reason.',
    unit: 'records',
    use: 'Alert SignetDeadLetters: a message that is not delivered until a person puts it back.',
    labels: ['reason'],
    startsAt0: eachOf('reason', [
      ...['not_a_delivery_request', 'not_storable', 'time_out_of_range', 'body_not_utf8'],
      ...['shelved_row_unreadable', 'handler_error'],
    ]),
  }),
  platformErrors: defineCounter({
    name: 'signet_delivery_platform_errors_total',
    help: 'Attempts that could not be prepared, such as for a secret that cannot be opened.',
    unit: 'attempts',
    use: 'Not 0: the log says why. The deliveries wait and are tried again.',
  }),
  refusals: defineCounter({
    name: 'signet_delivery_refused_records_total',
    help: 'Deliveries and attempts that PostgreSQL refused to record; each is on the dead-letter topic.',
    unit: 'deliveries',
    use: 'Not 0: a value that PostgreSQL does not accept passed the checks of Signet. Report it.',
  }),
  circuitChanges: defineCounter({
    name: 'signet_delivery_circuit_changes_total',
    help: 'Circuits that opened (again after each probe that failed), let a probe through, or closed.',
    unit: 'changes',
    use: 'A wave of `open` at once has one cause.',
    labels: ['to'],
    startsAt0: eachOf('to', ['open', 'half_open', 'closed']),
  }),
  platformFailures: defineCounter({
    name: 'signet_platform_fault_attempts_total',
    help: 'Attempts that failed because the platform was at fault, by the evidence for it. They do not count against webhooks.',
    unit: 'attempts',
    use: 'Which part of the platform fails; see the runbook.',
    labels: ['evidence'],
    startsAt0: eachOf('evidence', [
      ...['file_handles', 'ports', 'memory', 'route', 'firewall', 'resolver'],
      ...['trust_store', 'most_hosts', 'canary'],
    ]),
  }),
  replayScans: defineCounter({
    name: 'signet_delivery_replay_scans_total',
    help: 'Readings of the canonical topics for replays of missed messages; replays that run together share one.',
    unit: 'readings',
    use: 'If it equals the number of replays while many webhooks were enabled together, the replays do not share readings and load Kafka.',
  }),
  platformFault: defineGauge({
    name: 'signet_platform_fault',
    help: '1 while this replica judges that the platform is at fault and sends only a few probes; else 0.',
    unit: '0 or 1',
    use: 'Alert SignetPlatformFault.',
  }),
  attemptsInFlight: defineGauge({
    name: 'signet_delivery_attempts_in_flight',
    help: 'POSTs on the wire.',
    unit: 'attempts',
    use: 'At SIGNET_DISPATCH_CONCURRENCY for long: this replica is full; add replicas or look for hanging receivers.',
  }),
  tasks: defineGauge({
    name: 'signet_delivery_tasks',
    help: 'Deliveries in memory.',
    unit: 'deliveries',
    use: 'Bounded; near its bound new work waits on Kafka and on the shelf.',
  }),
  openCircuits: defineGauge({
    name: 'signet_delivery_open_circuits',
    help: 'Circuits that are open or half-open.',
    unit: 'webhooks',
    use: 'Alert SignetManyCircuitsOpen.',
  }),
  circuitOpenSeconds: defineGauge({
    name: 'signet_delivery_circuit_open_seconds',
    help: `Time for which the circuit of a webhook has not been closed. Shows the ${MAX_CIRCUIT_SERIES} circuits that have been open for longest.`,
    unit: 'seconds',
    use: 'Which webhooks are held back, and since when.',
    labels: ['webhook_id'],
  }),
  recorderBacklog: defineGauge({
    name: 'signet_delivery_recorder_backlog',
    help: 'Writes waiting for PostgreSQL.',
    unit: 'writes',
    use: 'Grows while PostgreSQL is slow or away.',
  }),
  directoryWebhooks: defineGauge({
    name: 'signet_delivery_directory_webhooks',
    help: 'Webhooks in the directory that this replica has read from Kafka.',
    unit: 'webhooks',
    use: 'The same on all replicas, and near signet_registry_webhooks.',
  }),
  unreadableWebhooks: defineGauge({
    name: 'signet_delivery_unreadable_webhooks',
    help: 'Webhooks on Kafka whose record cannot be read, or was sealed by a key that is not here: nothing is delivered to them.',
    unit: 'webhooks',
    use: 'Alert SignetUnreadableWebhooks.',
  }),
  overdueSeconds: defineGauge({
    name: 'signet_delivery_overdue_seconds',
    help: 'Time for which the longest overdue delivery has been due, of the partitions that this replica serves.',
    unit: 'seconds',
    use: 'Alert SignetDeliveriesOverdue: retries do not go out in time.',
  }),
  shelvedRequests: defineGauge({
    name: 'signet_delivery_shelved_requests',
    help: 'Delivery requests on the shelf, of the partitions that this replica serves. No list of deliveries shows them yet. `circuit` is the state of the circuit of their webhook: `open` when it is not closed.',
    unit: 'deliveries',
    use: 'Alert SignetShelfNotEmptied. Requests with a closed circuit should wait only while their webhook hangs.',
    labels: ['circuit'],
  }),
  ownedPartitions: defineGauge({
    name: 'signet_delivery_owned_partitions',
    help: 'Partitions of delivery.requests.v1 served here.',
    unit: 'partitions',
    use: 'How the work is spread over the replicas.',
  }),
  servedPartition: defineGauge({
    name: 'signet_delivery_served_partition',
    help: '1 for each partition of delivery.requests.v1 that is served here.',
    unit: 'partitions',
    use: 'Alert SignetPartitionsUnserved: a partition that no replica shows. Its webhooks get nothing.',
    labels: ['partition'],
  }),
  keptDays: defineGauge({
    name: 'signet_delivery_kept_partitions',
    help: 'Days past the retention whose partitions are kept, because some of their deliveries have not ended.',
    unit: 'days',
    use: 'Alert SignetRetentionBehind when it stays above 0 for longer than the retry schedule.',
  }),
  oldestDayAge: defineGauge({
    name: 'signet_delivery_oldest_day_age_seconds',
    help: 'Age of the oldest day whose deliveries are stored.',
    unit: 'seconds',
    use: 'Above SIGNET_RETENTION and two days: retention does not run.',
  }),
  daysAhead: defineGauge({
    name: 'signet_delivery_days_ahead',
    help: 'Days after today for which partitions exist.',
    unit: 'days',
    use: 'Alert SignetPartitionsMissing below 1: tomorrow begins with a partition that is made in a hurry.',
  }),
  replays: defineGauge({
    name: 'signet_delivery_replays_running',
    help: 'Replays that are not finished.',
    unit: 'replays',
    use: 'Explains traffic that producers did not cause.',
  }),
  replayIdleSeconds: defineGauge({
    name: 'signet_delivery_replay_idle_seconds',
    help: 'Time since the last progress of the running replay that has been without progress for longest; 0 when no replay runs.',
    unit: 'seconds',
    use: 'Minutes: a replay is stuck. GET /v1/replays shows which.',
  }),
};
