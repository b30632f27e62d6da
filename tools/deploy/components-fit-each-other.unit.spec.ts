import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { routeOf } from '../dev/gateway/gateway-routes.ts';
import type { ServiceName } from '../dev/gateway/gateway-routes.ts';
import { ROOT } from '../dev/settings.ts';
import { kustomizeCommand, manifestsOf, overlays, renderedOverlay } from './kustomize.ts';
import { environmentOf, ofKind, podsOf, selects } from './manifests.ts';
import type { Container, Fields, Manifest } from './manifests.ts';
import { OPTIONAL_COMPONENTS, renderedWith } from './own-overlay.ts';
import { settingsFaults } from './service-settings.ts';

const built = kustomizeCommand() ? test : test.skip;
const K8S = join(ROOT, 'deploy/k8s');

const withComponents = (...components: readonly string[]): string => renderedWith('base', components);

built('an Ingress takes the place of the routes, and sends each path where npm start does', () => {
  const [ingress] = ofKind(manifestsOf(withComponents('ingress')), 'Ingress');
  const paths = ingress?.spec?.['rules'][0].http.paths as readonly Fields[];
  expect(paths.length).toBeGreaterThan(4);
  for (const { path, pathType, backend } of paths)
    expect({ path, pathType, service: backend.service.name }).toEqual({
      path,
      pathType: 'Prefix',
      service: `signet-${routeOf(path).service}`,
    });
});

/** Settings that an overlay gives and without which no service starts. */
const OF_AN_OVERLAY = { SIGNET_INSTALLATION: 'test', SIGNET_KAFKA_BROKERS: 'kafka.example.com:9092' };

/** Our workloads that a policy lets out, with the ports, by the policy's name. */
function letOut(objects: readonly Manifest[], policy: string): Record<string, readonly number[]> {
  const { spec } = ofKind(objects, 'NetworkPolicy').find(({ metadata }) => metadata.name === policy) ?? {};
  const ports = (spec?.['egress'] as readonly Fields[]).flatMap((rule) =>
    (rule['ports'] as readonly Fields[]).map(({ port }) => Number(port)),
  );
  const pods = podsOf(objects).filter(({ metadata }) => selects(spec?.['podSelector'], metadata.labels));
  return Object.fromEntries(pods.map(({ of }) => [of, ports]));
}

built('an overlay takes an Ingress, mail and tracing on top of what production has', () => {
  const kinds = new Set(manifestsOf(renderedWith('overlays/production', OPTIONAL_COMPONENTS)).map(({ kind }) => kind));
  expect([...kinds]).toEqual(
    expect.arrayContaining(['Ingress', 'Deployment', 'NetworkPolicy', 'HorizontalPodAutoscaler']),
  );
});

built('with tracing, every service knows the collector, and reaches it', () => {
  const objects = manifestsOf(withComponents('network-policies', 'tracing'));
  for (const pod of podsOf(objects).filter(({ workload }) => workload.kind === 'Deployment'))
    for (const container of pod.spec.containers) {
      const environment: Record<string, string> = { ...OF_AN_OVERLAY, ...environmentOf(container, objects) };
      const port = Number(new URL(environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '').port);
      expect(settingsFaults(container.name as ServiceName, environment)).toEqual([]);
      expect({ of: pod.of, ports: letOut(objects, 'to-collector')[pod.of] }).toEqual({ of: pod.of, ports: [port] });
    }
});

built('with mail, the registry alone gets the Secret of the mail server that the script makes, and reaches one', () => {
  const objects = manifestsOf(withComponents('network-policies', 'mail'));
  expect(letOut(objects, 'to-mail')).toEqual({ 'Deployment/signet-registry': [587, 465] });
  const mounts = podsOf(objects).flatMap(({ of, spec }) =>
    (spec.volumes ?? []).flatMap(({ name, secret }) => (name === 'smtp' ? [{ of, secret }] : [])),
  );
  expect(mounts).toEqual([
    {
      of: 'Deployment/signet-registry',
      secret: { secretName: 'signet-smtp', defaultMode: 0o440, items: [{ key: 'url', path: 'url' }] },
    },
  ]);
  const [container] = podsOf(objects).find(({ of }) => of === mounts[0]?.of)?.spec.containers ?? [];
  const environment: Record<string, string> = { ...OF_AN_OVERLAY, ...environmentOf(container as Container, objects) };
  expect(environment).toMatchObject({ SIGNET_SMTP_URL_FILE: '/run/secrets/smtp/url' });
  expect(container?.['volumeMounts']).toContainEqual({ name: 'smtp', mountPath: '/run/secrets/smtp', readOnly: true });
  expect(settingsFaults('registry', environment)).toEqual([]);
  const made = spawnSync('sh', [join(K8S, 'make-secrets.sh'), 'local'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], SMTP_URL: "smtp://signet:it's@mail.example.com:587" },
  });
  const secret = manifestsOf(made.stdout).find((one) => one?.metadata.name === 'signet-smtp');
  expect(secret?.stringData).toEqual({ url: "smtp://signet:it's@mail.example.com:587" });
});

built('every component is in an overlay, but for those that depend on what is yours', () => {
  const all = overlays().map(renderedOverlay).join('\n');
  // One object of each, which only this component makes.
  const objects: Readonly<Record<string, RegExp>> = {
    autoscaling: /^kind: HorizontalPodAutoscaler$/m,
    'cloudnative-pg': /^apiVersion: postgresql\.cnpg\.io/m,
    'gateway-api': /^kind: HTTPRoute$/m,
    'kafka-scram': /SIGNET_KAFKA_SASL_MECHANISM/,
    monitoring: /^kind: PodMonitor$/m,
    'network-policies': /name: default-deny$/m,
    strimzi: /^kind: KafkaUser$/m,
  };
  const components = readdirSync(join(K8S, 'components')).sort();
  expect(components).toEqual([...Object.keys(objects), ...OPTIONAL_COMPONENTS].sort());
  for (const [name, object] of Object.entries(objects))
    expect({ name, used: object.test(all) }).toEqual({ name, used: true });
});
