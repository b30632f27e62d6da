import { expect, test } from '@jest/globals';
import { selfSigned } from '@signet/testing';
import { loadSettings, SettingsError } from './load-settings.ts';
import { sharedSettings } from './shared-settings.ts';

const [one, other] = [selfSigned('localhost'), selfSigned('localhost')];

const sentences = (environment: Record<string, string>): string[] => {
  try {
    loadSettings(
      { ...sharedSettings.kafka, ...sharedSettings.database },
      { SIGNET_KAFKA_BROKERS: 'kafka:9093', SIGNET_DATABASE_URL: 'postgres://signet:hush@db/signet', ...environment },
    );
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
};
const user = { SIGNET_KAFKA_USERNAME: 'signet', SIGNET_KAFKA_PASSWORD: 'hush' };
const url = (sslmode: string) => ({ SIGNET_DATABASE_URL: `postgres://signet:hush@db/signet?sslmode=${sslmode}` });

test.each<Record<string, string>>([
  {},
  { SIGNET_KAFKA_TLS: 'on' },
  { SIGNET_KAFKA_TLS: 'on', SIGNET_KAFKA_CA: one.cert, SIGNET_KAFKA_CERT: other.cert, SIGNET_KAFKA_KEY: other.key },
  { SIGNET_KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', ...user },
  { ...url('verify-ca'), SIGNET_DATABASE_CA: one.cert + other.cert },
  { ...url('verify-full'), SIGNET_DATABASE_CERT: one.cert, SIGNET_DATABASE_KEY: one.key },
  url('require'),
])('these go together: %j', (environment) => expect(sentences(environment)).toEqual([]));

test.each([
  [{ SIGNET_KAFKA_CA: one.cert }, 'SIGNET_KAFKA_CA is set, but SIGNET_KAFKA_TLS is off; set it to on.'],
  [{ SIGNET_KAFKA_TLS: 'on', SIGNET_KAFKA_KEY: one.key }, 'SIGNET_KAFKA_KEY is set, but SIGNET_KAFKA_CERT is not.'],
  [{ SIGNET_KAFKA_TLS: 'on', SIGNET_KAFKA_CERT: one.cert }, 'SIGNET_KAFKA_CERT is set, but SIGNET_KAFKA_KEY is not.'],
  [
    { SIGNET_KAFKA_TLS: 'on', SIGNET_KAFKA_CERT: one.cert, SIGNET_KAFKA_KEY: other.key },
    'SIGNET_KAFKA_KEY is not the key of the first certificate of SIGNET_KAFKA_CERT.',
  ],
  [{ SIGNET_KAFKA_PASSWORD: 'hush' }, 'SIGNET_KAFKA_PASSWORD is set, but SIGNET_KAFKA_SASL_MECHANISM is not.'],
  [
    { SIGNET_KAFKA_SASL_MECHANISM: 'PLAIN', SIGNET_KAFKA_USERNAME: 'signet' },
    'SIGNET_KAFKA_PASSWORD is not set, but SIGNET_KAFKA_SASL_MECHANISM is, which needs it.',
  ],
  [
    { SIGNET_KAFKA_TLS: 'on', SIGNET_KAFKA_CA: 'hush' },
    'SIGNET_KAFKA_CA must be PEM with one or more certificates (-----BEGIN CERTIFICATE-----).',
  ],
  [
    { SIGNET_KAFKA_TLS: 'on', SIGNET_KAFKA_KEY: one.cert },
    'SIGNET_KAFKA_KEY must be PEM with a private key that has no passphrase (-----BEGIN PRIVATE KEY-----).',
  ],
  [
    { SIGNET_DATABASE_CA: one.cert },
    'SIGNET_DATABASE_CA is set, but sslmode of SIGNET_DATABASE_URL is disable; set it to verify-full.',
  ],
  [url('verify-ca'), 'SIGNET_DATABASE_CA is not set, but sslmode of SIGNET_DATABASE_URL is verify-ca, which needs it.'],
])('%j is answered with one sentence', (environment, sentence) => expect(sentences(environment)).toEqual([sentence]));

test.each(['prefer', 'no-verify', 'require&sslrootcert=/ca.pem'])(
  'sslmode=%s is refused, and nothing of the URL shown',
  (mode) =>
    expect(sentences(url(mode))).toEqual([expect.stringMatching(/^SIGNET_DATABASE_URL must be a URL (?!.*hush)/)]),
);
