import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { load, YAML11_SCHEMA } from 'js-yaml';
import { parseDuration } from '@signet/service-kit';
import { routeOf, SERVICES } from '../dev/gateway/gateway-routes.ts';
import { ROOT } from '../dev/settings.ts';
import { configOf, stagesOf } from '../image/dockerfile.ts';
import { gatewayRules, routedBy } from './gateway-file.ts';
import type { Fields } from './manifests.ts';
import { DEFINITIONS, settingsFaults } from './service-settings.ts';

const FOLDER = join(ROOT, 'deploy/compose');
const read = (...path: string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const text = read('deploy/compose/compose.yaml');
const image = configOf(stagesOf(read('deploy/docker/Dockerfile')).at(-1) as ReturnType<typeof stagesOf>[number]);

const temporary = mkdtempSync(join(tmpdir(), 'signet-compose-'));
afterAll(() => rmSync(temporary, { recursive: true }));
const makeEnv = (file: string) => spawnSync('sh', [join(FOLDER, 'make-env.sh'), file], { encoding: 'utf8' });
const env = (file: string): Record<string, string> => {
  const made = makeEnv(file);
  if (made.status !== 0) throw new Error(made.stderr);
  return Object.fromEntries(
    [...readFileSync(file, 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
};
const first = env(join(temporary, 'first.env'));

/** `${NAME:-default}` and `${NAME:?sentence}`, as compose reads them. */
const filledIn = (variables: Readonly<Record<string, string>>): Fields =>
  load(
    text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (all, name: string, operator?: string, rest = '') => {
      const value = variables[name] ?? (operator === '-' ? rest : undefined);
      if (value === undefined) throw new Error(`Compose would refuse to start without ${name}: ${all}`);
      return value;
    }),
    { schema: YAML11_SCHEMA },
  ) as Fields;

const compose = filledIn(first);
const services = compose['services'] as Record<string, Fields>;

test('the script makes a file that only its owner reads, once, with other values each time', () => {
  const file = join(temporary, 'first.env');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const before = readFileSync(file, 'utf8');
  expect(makeEnv(file)).toMatchObject({ status: 0 });
  expect(readFileSync(file, 'utf8')).toBe(before);
  const second = env(join(temporary, 'second.env'));
  expect(Object.keys(second)).toEqual(Object.keys(first));
  for (const [name, value] of Object.entries(second))
    expect({ name, same: value === first[name] }).toEqual({ name, same: false });
});

test('compose has no password of its own: without the file it refuses to start', () => {
  for (const name of Object.keys(first)) {
    const { [name]: _, ...others } = first;
    expect(() => filledIn(others)).toThrow(name);
  }
  expect(read('.gitignore')).toContain('deploy/compose/.env');
});

test.each(SERVICES)('%s gets settings that it knows, and all that it needs', (service) => {
  const { environment, command } = services[service] ?? {};
  expect(settingsFaults(service, { ...image.env, ...environment })).toEqual([]);
  expect(command).toEqual([`apps/${service}/dist/main.js`]);
});

test.each(SERVICES)('%s runs without rights and cannot write, and is given the time to stop', (service) => {
  expect(services[service]).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
  const deadline = String(DEFINITIONS[service]['SIGNET_SHUTDOWN_DEADLINE']?.default);
  const grace = parseDuration(services[service]?.['stop_grace_period']) ?? 0;
  expect(grace).toBeGreaterThanOrEqual((parseDuration(deadline) ?? NaN) + 3_000);
});

test('the services trust the gateway, and nothing else', () => {
  const address = services['gateway']?.['networks'].signet.ipv4_address;
  for (const service of SERVICES)
    expect(services[service]?.['environment'].SIGNET_TRUSTED_PROXIES).toBe(`${address}/32`);
});

test('a fixed address is of the network, and Docker gives it to no other container', () => {
  const within = (range: string, address: string): boolean => {
    const [base = '', bits = ''] = range.split('/');
    const list = new BlockList();
    list.addSubnet(base, Number(bits));
    return list.check(address);
  };
  const [{ subnet, ip_range }] = compose['networks'].signet.ipam.config as [{ subnet: string; ip_range: string }];
  expect(within(subnet, ip_range.split('/')[0] ?? '')).toBe(true);
  const fixed = Object.values(services)
    .map((service) => service['networks']?.signet?.ipv4_address as string | undefined)
    .filter((address) => address !== undefined);
  expect(fixed).not.toEqual([]);
  expect(fixed.filter((address) => !within(subnet, address) || within(ip_range, address))).toEqual([]);
});

test('a container that runs once is waited for, so that `up --wait` does not take its end for a failure', () => {
  const once = Object.keys(services).filter((name) => services[name]?.['restart'] === 'no');
  const waitedFor = Object.values(services)
    .flatMap(({ depends_on }) => Object.entries(Array.isArray(depends_on) ? {} : ((depends_on ?? {}) as Fields)))
    .filter(([, { condition }]) => condition === 'service_completed_successfully')
    .map(([name]) => name);
  expect(once).not.toEqual([]);
  expect(once.filter((name) => !waitedFor.includes(name))).toEqual([]);
});

test.each(SERVICES)('%s waits for PostgreSQL and Kafka', (service) => {
  expect(services[service]?.['depends_on']).toMatchObject({
    postgres: { condition: 'service_healthy' },
    kafka: { condition: 'service_healthy' },
  });
});

test('Prometheus asks each service at the management port of the image', () => {
  for (const service of SERVICES) {
    const [{ targets }] = load(read(`deploy/compose/targets/${service}.yaml`)) as [{ targets: string[] }];
    expect(targets).toEqual([`${service}:${image.env['SIGNET_MANAGEMENT_PORT']}`]);
  }
  const asked = [...read('deploy/prometheus/prometheus.yaml').matchAll(/targets\/(\w+)\.yaml\]/g)].map(
    ([, name]) => name,
  );
  expect(readdirSync(join(FOLDER, 'targets')).sort()).toEqual(asked.map((name) => `${name}.yaml`).sort());
});

test('Kafka is reached from this machine at the port that is published, and has the source topics', () => {
  const { environment, ports } = services['kafka'] as Fields;
  const advertised = /HOST:\/\/([\d.]+):(\d+)/.exec(environment.KAFKA_ADVERTISED_LISTENERS);
  const listens = /HOST:\/\/:(\d+)/.exec(environment.KAFKA_LISTENERS)?.[1];
  expect(ports).toEqual([`${advertised?.[1]}:${advertised?.[2]}:${listens}`]);
  const sources = String(DEFINITIONS.ingestion['SIGNET_SOURCE_TOPICS']?.default).split(',');
  expect(services['source-topics']?.['command'][0]).toContain(`for topic in ${sources.join(' ')};`);
});

test('every image has a version, and every file that is mounted is there', () => {
  const images = Object.values(services).map((service) => service['image'] as string);
  expect(images.filter((name) => name !== 'signet' && !/:v?\d+/.test(name))).toEqual([]);
  const mounted = Object.values(services)
    .flatMap((service) => (service['volumes'] ?? []) as string[])
    .map((volume) => volume.split(':')[0] ?? '')
    .filter((path) => path.startsWith('.'));
  expect(mounted.filter((path) => !existsSync(join(FOLDER, path)))).toEqual([]);
  const named = Object.values(services)
    .flatMap((service) => (service['volumes'] ?? []) as string[])
    .map((volume) => volume.split(':')[0] ?? '');
  expect(named.filter((name) => !name.startsWith('.')).sort()).toEqual(Object.keys(compose['volumes']).sort());
});

test('ports are published for this machine alone', () => {
  const published = Object.values(services).flatMap((service) => (service['ports'] ?? []) as string[]);
  expect(published.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

const PATHS = [
  ...[
    '/v1/webhooks',
    '/v1/webhooks/1',
    '/v1/event-types',
    '/v1/api-keys/k1',
    '/v1/session',
    '/',
    '/console/x',
    '/v1/eventsandmore',
    '/v1/nothing',
  ],
  ...[
    '/v1/events',
    '/v1/deliveries',
    '/v1/deliveries/1/attempts',
    '/v1/replays',
    '/v1/replays/1',
    '/v1/circuits',
    '/v1/circuits/1',
    '/v1/failures',
    '/v1/statistics',
  ],
  ...SERVICES.map((service) => `/openapi/${service}.json`),
];

test.each(PATHS)('the gateway sends %s where npm start does', (path) => {
  const wanted = routeOf(path);
  const port = DEFINITIONS[wanted.service]['SIGNET_HTTP_PORT']?.default;
  expect(routedBy(gatewayRules(read('deploy/gateway/Caddyfile')), path)).toEqual({
    target: `${wanted.service}:${port}`,
    path: wanted.path,
  });
});
