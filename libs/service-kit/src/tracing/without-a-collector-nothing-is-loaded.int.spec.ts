import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { freePort } from '@signet/embedded';
import { OtlpCollector, waitFor } from '@signet/testing';

const library = fileURLToPath(new URL('../..', import.meta.url));

/** Names each package of OpenTelemetry that is loaded. prom-client loads the API by itself: it does nothing without an SDK. */
const NAMING = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      const [, name] = /node_modules\\/@opentelemetry\\/([^/]+)/.exec(url) ?? [];
      if (name !== undefined && name !== 'api') process.stderr.write('loaded ' + name + '\\n');
      return next(url, context);
    },
  });
`)}`;
const SERVICE = `
  import * as kit from '@signet/service-kit';
  import { Module } from '@nestjs/common';
  const groups = { ...kit.sharedSettings.service({ port: 0, managementPort: 0 }), ...kit.sharedSettings.tracing };
  class Empty {}
  Module({})(Empty);
  await kit.runService({ name: 'script', module: Empty, settings: kit.settingsFromEnvironment(groups), openapi: { title: 'Script' } });`;

/** Runs a service until it has answered a request and was stopped; resolves to the packages that it loaded. */
async function packagesLoaded(environment: Record<string, string>): Promise<readonly string[]> {
  const port = String(await freePort());
  const child = spawn(process.execPath, ['--import', NAMING, '--input-type=module', '--eval', SERVICE], {
    cwd: library,
    env: { SIGNET_HOST: '127.0.0.1', SIGNET_HTTP_PORT: port, ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'exit');
  try {
    const answered = async () => (await fetch(`http://127.0.0.1:${port}/openapi.json`)).ok;
    await waitFor(answered, { what: 'an answer' });
  } finally {
    child.kill('SIGTERM');
  }
  expect(await exited).toEqual([0, null]);
  return [...output.matchAll(/^loaded (.+)$/gm)].map(([, name]) => name ?? '');
}

test('a service without a collector loads nothing of the SDK of OpenTelemetry', async () => {
  expect(await packagesLoaded({})).toEqual([]);
});

test('a service with a collector loads the SDK, and has sent its spans when it ends', async () => {
  const collector = await OtlpCollector.start();
  try {
    expect(await packagesLoaded({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })).toContain('sdk-trace');
    expect(collector.spans.map(({ name, service }) => [name, service])).toContainEqual([
      'GET /openapi.json',
      'signet-script',
    ]);
  } finally {
    await collector.close();
  }
});
