import type { DynamicModule, Type } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Clock, Monotonic, TopicDefinition } from '@signet/contracts';
import type { FastifyInstance } from 'fastify';
import type { Client } from 'pg';
import type { DatabaseOptions } from '../database/database-options.ts';
import type { Logger } from '../logging/logger.ts';
import type {
  DrainSettings,
  KafkaSettings,
  LimitSettings,
  ServiceSettings,
  TracingSettings,
} from '../settings/shared-settings.ts';
import type { OpenApiOptions } from '../openapi/openapi-document.ts';

/** What a service that uses Kafka or PostgreSQL has besides. */
interface OutsideSettings extends KafkaSettings {
  readonly SIGNET_INSTALLATION: string;
  readonly SIGNET_STARTUP_WAIT: number;
}

export interface ServiceOptions {
  /** In logs, and as Kafka's client id. */
  readonly name: string;
  readonly module: Type | DynamicModule;
  /** What `settingsFromEnvironment` or `loadSettings` gave; modules inject them by SETTINGS. */
  readonly settings: ServiceSettings &
    Partial<DrainSettings> &
    Partial<LimitSettings> &
    Partial<TracingSettings> &
    Partial<OutsideSettings>;
  /** Default: SIGNET_HTTP_PORT. */
  readonly port?: number;
  /** Default: SIGNET_MANAGEMENT_PORT. */
  readonly managementPort?: number;
  readonly openapi: OpenApiOptions;
  /** Topics that must be there before the modules are made; waits for Kafka, then creates those that are missing. */
  readonly topics?: readonly TopicDefinition[];
  /** Topics of the registry that the service reads, and never creates: the start waits until the registry has claimed them. */
  readonly tables?: readonly TopicDefinition[];
  /**
   * The service starts when Kafka is away, and answers what needs PostgreSQL only. Its strategies begin when Kafka is there, as
   * does what it has given to `KafkaPresence`. By default Kafka is waited for.
   */
  readonly startsWithoutKafka?: boolean;
  /** The service's database, which is compared with SIGNET_INSTALLATION before anything is changed. */
  readonly database?: Pick<DatabaseOptions, 'url' | 'tls' | 'schema'>;
  /** What else the database is checked for then; it must change nothing. It throws StartRefusedError. */
  readonly checkDatabase?: (client: Client) => Promise<void>;
  /** Transports of the service's Kafka handlers, made once the modules are. They run before HTTP listens. */
  readonly strategies?: (
    app: NestFastifyApplication,
  ) => readonly CustomTransportStrategy[] | Promise<readonly CustomTransportStrategy[]>;
  /** Content types, plugins or hooks of the service's own, added before the routes are. */
  readonly configureFastify?: (fastify: FastifyInstance, logger: Logger) => void | Promise<void>;
  /** Bytes; 2 MiB by default. */
  readonly bodyLimit?: number;
  readonly clock?: Clock;
  /** What durations are measured with; default: that of the process. */
  readonly monotonic?: Monotonic;
  readonly logger?: Logger;
}

export interface RunningService {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly managementUrl: string;
  /** Stops taking requests and records, finishes what is in flight, closes everything. */
  stop(): Promise<void>;
}
