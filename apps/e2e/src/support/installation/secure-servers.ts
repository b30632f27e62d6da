import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKafkaJars, startKafka, startPostgres } from '@signet/embedded';
import { selfSigned } from '@signet/testing';
import { ROOT } from './signet.ts';

const PASSWORD = 'correcthorse';
const log = (): void => undefined;

/** A Kafka and a PostgreSQL set up as in production: TLS with client certificates, and users. */
export async function startSecureServers() {
  const folder = mkdtempSync(join(tmpdir(), 'signet-secure-'));
  const cacheDir = process.env['SIGNET_CACHE_DIR'] ?? join(homedir(), '.cache/signet');
  const libDir = await ensureKafkaJars({ cacheDir, pom: join(ROOT, 'tools/kafka/pom.xml'), log });
  const [server, client] = [selfSigned('localhost'), selfSigned('signet')];
  const tls = { ...server, clientCa: client.cert };
  const security = { ...tls, users: { signet: PASSWORD } };
  const [kafka, postgres] = await Promise.all([
    startKafka({ dataDir: join(folder, 'kafka'), libDir, security, heap: '384m', log }),
    startPostgres({ dataDir: join(folder, 'postgres'), database: 'signet', tls, log }),
  ]);
  const url = new URL(postgres.url);
  url.searchParams.set('sslmode', 'verify-full');
  return {
    settings: {
      SIGNET_KAFKA_BROKERS: String(kafka.secureBrokers),
      SIGNET_KAFKA_TLS: 'on',
      SIGNET_KAFKA_CA: server.cert,
      SIGNET_KAFKA_CERT: client.cert,
      SIGNET_KAFKA_KEY: client.key,
      SIGNET_KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      SIGNET_KAFKA_USERNAME: 'signet',
      SIGNET_KAFKA_PASSWORD: PASSWORD,
      SIGNET_DATABASE_URL: url.href,
      SIGNET_DATABASE_CA: server.cert,
      SIGNET_DATABASE_CERT: client.cert,
      SIGNET_DATABASE_KEY: client.key,
    },
    async stop(): Promise<void> {
      await Promise.all([kafka.stop({ hard: true }), postgres.stop({ hard: true })]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
