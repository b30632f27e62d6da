import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { freePort } from '@signet/embedded';
import { waitFor } from '@signet/testing';
import { Api } from './support/api.ts';
import { hasProgram, run, testWith } from './support/programs.ts';
import { Signet } from './support/installation/signet.ts';
import type { LocalFile } from './support/installation/signet.ts';

const SNAPSHOTS = fileURLToPath(new URL('../../../docs/openapi', import.meta.url));
const SERVICES = ['registry', 'ingestion', 'delivery'] as const;
/** Number of examples that schemathesis makes for each operation; SIGNET_TEST_API_EXAMPLES raises it. */
const EXAMPLES = process.env['SIGNET_TEST_API_EXAMPLES'] ?? '10';
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

/** The only operation that could revoke the key that the run itself uses. So it comes last, with a key of its own. */
const REVOKE = 'revokeApiKey';

let signet: Signet;
let local: LocalFile;

beforeAll(async () => {
  signet = await Signet.start({ SIGNET_RATE_LIMIT: '0', SIGNET_WRONG_KEY_LIMIT: '0' });
  local = await signet.local();
  writeFileSync(join(signet.dataDir, 'schemathesis.toml'), await somethingToFind());
});
afterAll(() => signet?.stopAndForget(), 60_000);

/** The examples of a body. OpenAPI allows them beside the schema and in it. */
const examplesOf = ({ example, examples, schema }: Media, { components }: Document): unknown[] => {
  const named = /^#\/components\/schemas\/(.*)$/.exec(String(schema?.['$ref']))?.[1];
  const { example: own, examples: others } = (named === undefined ? schema : components.schemas[named]) ?? {};
  return [
    ...(example === undefined ? [] : [example]),
    ...Object.values(examples ?? {}).map(({ value }) => value),
    ...((others as unknown[] | undefined) ?? []),
    ...(own === undefined ? [] : [own]),
  ];
};

function expectToFit(ajv: Ajv2020, schema: Record<string, unknown>, example: unknown, name: string): void {
  ajv.validate(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object, example);
  expect({ name, errors: ajv.errors }).toEqual({ name, errors: null });
}

/**
 * A delivery, a replay, a job, a webhook and an enabling that exist, in the form that schemathesis reads: it does not find
 * all of them by itself.
 */
async function somethingToFind(): Promise<string> {
  const api = Api.tenant(local);
  const webhook = await api.register(`http://127.0.0.1:${await freePort()}/`, { maxAttempts: 1 });
  await Api.producer(local).publish(local.tenantId, 'found');
  const delivery = await waitFor(async () => (await api.deliveries({ webhookId: webhook.id, status: 'FAILED' }))[0], {
    what: 'a delivery that has failed',
  });
  const since = new Date(Date.now() - 60_000).toISOString();
  const replay = await api.call<{ id: string }>('POST', '/v1/replays', { webhookId: webhook.id, since, status: 'all' });
  const job = await api.call<{ id: string }>('POST', '/v1/deliveries/jobs', {
    action: 'retry',
    status: 'FAILED',
    since,
  });
  const enabling = await Api.operator(local).call<{ id: string }>('POST', '/v1/webhooks/enablings', {
    disabledAfter: '2026-01-01T00:00:00Z',
    disabledBefore: '2026-01-02T00:00:00Z',
  });
  const operation = (path: string, parameter: string, id: string): string =>
    `[[operations]]\ninclude-path-regex = '^${path}'\nparameters = { "path.${parameter}" = "${id}" }\n`;
  return [
    operation('/v1/deliveries/jobs/.id.', 'id', job.id),
    operation('/v1/deliveries/.id./', 'id', delivery.id),
    operation('/v1/replays/.id.', 'id', replay.id),
    operation('/v1/webhooks/enablings/.id.', 'id', enabling.id),
    operation('/v1/circuits/.webhookId.', 'webhookId', webhook.id),
  ].join('\n');
}

async function newOperatorKey(): Promise<string> {
  const made = await Api.operator(local).call<{ key: string }>('POST', '/v1/api-keys', {
    name: 'schemathesis',
    role: 'operator',
  });
  return made.key;
}

interface Media {
  readonly schema?: Record<string, unknown>;
  readonly example?: unknown;
  readonly examples?: Record<string, { value: unknown }>;
}
interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly operationId?: string;
  readonly parameters?: readonly { name: string; description?: string }[];
  readonly requestBody?: { readonly content: Record<string, Media> };
  readonly responses: Record<string, { description: string; content?: Record<string, Media> }>;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, Record<string, unknown>> };
}

const addressOf = (service: (typeof SERVICES)[number]): string =>
  `http://127.0.0.1:${local.services[service].port}/openapi.json`;
const documentOf = async (service: (typeof SERVICES)[number]): Promise<Document> =>
  (await (await fetch(addressOf(service))).json()) as Document;

describe.each(SERVICES)('%s', (service) => {
  test('its OpenAPI document is the one in docs/openapi; UPDATE_OPENAPI=1 writes it anew', async () => {
    const text = `${JSON.stringify(await documentOf(service), null, 2)}\n`;
    const file = join(SNAPSHOTS, `${service}.json`);
    if (process.env['UPDATE_OPENAPI'] === '1') {
      mkdirSync(SNAPSHOTS, { recursive: true });
      writeFileSync(file, text);
    }
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  test('every operation says what it does and answers, and every example fits its schema', async () => {
    const document = await documentOf(service);
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'document', components: document.components });
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const name = `${method} ${path}`;
        expect({ name, ...operation }).toMatchObject({
          name,
          summary: expect.stringMatching(/\w/),
          description: expect.stringMatching(/\w/),
          operationId: expect.stringMatching(/\w/),
        });
        const undescribed = (operation.parameters ?? []).filter(({ description }) => !description);
        expect({ name, undescribed }).toEqual({ name, undescribed: [] });
        const bodies = Object.values(operation.requestBody?.content ?? {});
        expect({ name, without: bodies.filter((media) => examplesOf(media, document).length === 0) }).toEqual({
          name,
          without: [],
        });
        for (const media of bodies)
          for (const example of examplesOf(media, document)) expectToFit(ajv, media.schema!, example, name);
        const statuses = Object.keys(operation.responses);
        expect(statuses).toEqual(expect.arrayContaining(['400', '401', '403', '429', '500', '503']));
        expect(statuses.filter((status) => status.startsWith('2')).length).toBeGreaterThan(0);
        for (const [status, { content }] of Object.entries(operation.responses)) {
          if (status === '204') continue;
          const [media] = Object.values(content ?? {});
          expect({ name, status, schema: media?.schema }).toEqual({ name, status, schema: expect.any(Object) });
          const examples = examplesOf(media!, document);
          expect({ name, status, hasExample: examples.length > 0 }).toEqual({ name, status, hasExample: true });
          for (const example of examples) expectToFit(ajv, media!.schema!, example, `${name}: ${status}`);
        }
      }
    }
  });

  testWith(hasProgram('schemathesis'))(
    'schemathesis finds no 5xx, no undocumented status and no schema violation',
    async () => {
      const runs =
        service === 'registry'
          ? [
              ['--exclude-operation-id', REVOKE],
              ['--include-operation-id', REVOKE],
            ]
          : [[]];
      // The keys are made before the runs: a run blocks this process, which then does not notice that idle
      // connections end.
      const keys: string[] = [];
      for (const _run of runs) keys.push(service === 'ingestion' ? local.producerKey : await newOperatorKey());
      for (const [index, operations] of runs.entries()) {
        const args = [
          ...['run', addressOf(service), '--url', local.url, '--header', `Authorization: Bearer ${keys[index]}`],
          ...['--checks', CHECKS.join(','), '--phases', 'examples,coverage,fuzzing', '--max-examples', EXAMPLES],
          ...['--seed', '1', '--workers', '1', '--generation-database', 'none', '--no-color', ...operations],
        ];
        // schemathesis reads its settings from its working directory, and leaves a folder there.
        const output = run('schemathesis', args, '', { cwd: signet.dataDir });
        console.log(output.slice(output.indexOf('SUMMARY')));
        expect(output).toMatch(/(\d+) generated, \1 passed/);
        // A run in which every request is refused for its key or its rate would pass as well, so neither may be reported.
        if (!operations.includes('--include-operation-id'))
          expect(output).not.toMatch(/Authentication failed|Rate limited/);
      }
    },
    600_000,
  );
});
