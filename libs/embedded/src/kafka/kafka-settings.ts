import type { KafkaSecurity } from './kafka-security.ts';
import { securityProperties } from './kafka-security.ts';

export interface KafkaPlace {
  readonly logDirs: string;
  readonly port: number;
  readonly controllerPort: number;
  /** More listeners: SASL_SSL with users, and SSL where clients have certificates. */
  readonly secure?:
    (KafkaSecurity & { readonly port: number; readonly certificatePort: number; readonly folder: string }) | undefined;
}

/** server.properties of one broker that is its own controller (KRaft), on 127.0.0.1 only. */
export function serverProperties({ logDirs, port, controllerPort, secure }: KafkaPlace): string {
  const properties: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': logDirs,
    // Topics are always created explicitly: an unknown topic name is a typing error.
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 2,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    // Groups here have few members: the first one should not wait for others that never join.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    // A controller tells its followers twice a second that nothing has changed; it has none.
    'metadata.max.idle.interval.ms': 0,
    'log.segment.bytes': 67_108_864,
    'log.retention.hours': 168,
    // The cleaner reserves its table at the start: 128 MB by default, most of this heap.
    'log.cleaner.dedupe.buffer.size': 8_388_608,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    // Each of these threads wakes a few times a second; there are four by default.
    'group.coordinator.threads': 1,
    'num.recovery.threads.per.data.dir': 2,
  };
  if (secure) {
    const more = { SASL_SSL: secure.port, ...(secure.clientCa !== undefined && { SSL: secure.certificatePort }) };
    for (const [protocol, secured] of Object.entries(more)) {
      properties['listeners'] += `,${protocol}://127.0.0.1:${secured}`;
      properties['advertised.listeners'] += `,${protocol}://localhost:${secured}`;
      properties['listener.security.protocol.map'] += `,${protocol}:${protocol}`;
    }
    Object.assign(properties, securityProperties(secure, secure.folder));
  }
  return lines(properties);
}

/** log4j2: warnings and worse, in a file that does not grow without end. */
export function logProperties(logFile: string): string {
  return lines({
    status: 'error',
    'appender.file.type': 'RollingFile',
    'appender.file.name': 'file',
    'appender.file.fileName': logFile,
    'appender.file.filePattern': `${logFile}.%i`,
    'appender.file.layout.type': 'PatternLayout',
    'appender.file.layout.pattern': '%d{ISO8601}{UTC}Z %-5p %c{1} %m%n',
    'appender.file.policies.type': 'Policies',
    'appender.file.policies.size.type': 'SizeBasedTriggeringPolicy',
    'appender.file.policies.size.size': '10MB',
    'appender.file.strategy.type': 'DefaultRolloverStrategy',
    'appender.file.strategy.max': 2,
    'rootLogger.level': 'warn',
    'rootLogger.appenderRef.file.ref': 'file',
  });
}

/** Java's properties format: a backslash escapes. */
const lines = (properties: Record<string, string | number | boolean>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('');
