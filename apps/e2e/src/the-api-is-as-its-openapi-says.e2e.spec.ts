import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { hasProgram, run, testWith } from './support/programs.ts';
import { Signet } from './support/signet.ts';
import type { LocalFile } from './support/signet.ts';

const SNAPSHOTS = fileURLToPath(new URL('../../../docs/openapi', import.meta.url));
const SERVICES = ['registry', 'ingestion', 'delivery'] as const;
/** Examples that schemathesis makes of each operation; SIGNET_TEST_API_EXAMPLES asks for more. */
const EXAMPLES = process.env['SIGNET_TEST_API_EXAMPLES'] ?? '40';
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

let signet: Signet;
let local: LocalFile;

beforeAll(async () => {
  signet = await Signet.start({ SIGNET_RATE_LIMIT: '0' });
  local = await signet.local();
}, 180_000);
afterAll(() => signet?.stopAndForget(), 60_000);

interface Media {
  readonly schema?: Record<string, unknown>;
  readonly example?: unknown;
  readonly examples?: Record<string, { value: unknown }>;
}
interface Operation {
  readonly summary?: string;
  readonly operationId?: string;
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
        expect({ name, summary: operation.summary, id: operation.operationId }).toEqual({
          name,
          summary: expect.stringMatching(/\w/),
          id: expect.stringMatching(/\w/),
        });
        const statuses = Object.keys(operation.responses);
        expect(statuses).toEqual(expect.arrayContaining(['400', '401', '403', '429', '500', '503']));
        expect(statuses.filter((status) => status.startsWith('2')).length).toBeGreaterThan(0);
        for (const [status, { content }] of Object.entries(operation.responses)) {
          if (status === '204') continue;
          const [media] = Object.values(content ?? {});
          expect({ name, status, schema: media?.schema }).toEqual({ name, status, schema: expect.any(Object) });
          const schema = JSON.parse(JSON.stringify(media!.schema).replaceAll('"#/', '"document#/')) as object;
          const examples = Object.values(media!.examples ?? {}).map(({ value }) => value);
          for (const example of media!.example === undefined ? examples : [...examples, media!.example]) {
            ajv.validate(schema, example);
            expect({ name, status, errors: ajv.errors }).toEqual({ name, status, errors: null });
          }
        }
      }
    }
  });

  testWith(hasProgram('schemathesis'))(
    'schemathesis finds no 5xx, no undocumented status and no schema violation',
    () => {
      const key = service === 'ingestion' ? local.producerKey : local.operatorKey;
      const args = [
        ...['run', addressOf(service), '--url', local.url, '--header', `Authorization: Bearer ${key}`],
        ...['--checks', CHECKS.join(','), '--phases', 'examples,coverage,fuzzing', '--max-examples', EXAMPLES],
        ...['--seed', '1', '--workers', '1', '--generation-database', 'none', '--no-color'],
      ];
      // It leaves a folder of its own where it runs.
      const output = run('schemathesis', args, '', { cwd: signet.dataDir });
      console.log(output.slice(output.indexOf('SUMMARY')));
      expect(output).toMatch(/(\d+) generated, \1 passed/);
    },
    300_000,
  );
});
