import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { statementsOf } from '@signet/testing';
import type { Statement } from '@signet/testing';
import pg from 'pg';
import type { TestRegistry } from './testing/registry.ts';
import { startRegistry } from './testing/registry.ts';

let registry: TestRegistry;
let database: pg.Client;
beforeAll(async () => {
  registry = await startRegistry();
  database = new pg.Client({ connectionString: registry.database.url });
  await database.connect();
  await database.query(readFileSync(new URL('testing/many-webhooks.sql', import.meta.url), 'utf8'));
  // Autovacuum does this in time: a new row of a GIN index lies in its pending list before that.
  for (const table of ['tenants', 'webhooks', 'webhook_activity'])
    await database.query(`vacuum analyze registry.${table}`);
  await database.query('set search_path = registry, public');
});
afterAll(async () => {
  await database.end();
  await registry.stop();
});

/**
 * Statements that the registry also runs when no list is read: authentication (once a second at most), the outcomes,
 * the mails that are due, and the next job that enables many webhooks.
 */
const BACKGROUND =
  /^(begin|commit)$|"enablings"|"hash" =|webhook_activity as known|alerted_at is not null\) and id = any|alert_mails|idempotency_keys/;

/** The statements that a list runs. */
async function statements(path: string): Promise<Statement[]> {
  const sent = await statementsOf(async () => {
    const { status, json } = await registry.call('GET', path);
    if (status !== 200) throw new Error(JSON.stringify(json));
  });
  return sent.filter(({ text }) => !BACKGROUND.test(text));
}

/** The names of all nodes of a plan. */
async function nodesOf({ text, values }: Statement): Promise<string[]> {
  const { rows } = await database.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`explain (format json) ${text}`, [
    ...values,
  ]);
  const names: string[] = [];
  const visit = (node: PlanNode): void => {
    names.push(node['Node Type'] + (node['Relation Name'] ? ` on ${node['Relation Name']}` : ''));
    node.Plans?.forEach(visit);
  };
  visit(rows[0]!['QUERY PLAN'][0].Plan);
  return names;
}
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

const and = (path: string, more: string): string => `${path}${path.includes('?') ? '&' : '?'}${more}`;

describe('with 100,000 webhooks of 10,000 tenants no list reads a table through, and the page costs as many statements as any', () => {
  test.each([
    '/v1/tenants',
    '/v1/tenants?status=active',
    '/v1/tenants?status=suspended',
    '/v1/tenants?q=antwerp',
    '/v1/tenants?q=jeweller%2077&status=active',
    '/v1/tenants?q=zzzzzz',
    '/v1/webhooks',
    '/v1/webhooks?active=true',
    '/v1/webhooks?active=false',
    '/v1/webhooks?event=sale.created',
    '/v1/webhooks?event=customer.created',
    '/v1/webhooks?event=purchase_order.received',
    '/v1/webhooks?event=nothing',
    '/v1/webhooks?q=example',
    '/v1/webhooks?q=Accounting',
    '/v1/webhooks?q=3f2a',
    '/v1/webhooks?q=zzzzzz',
    '/v1/webhooks?q=antwerp',
    '/v1/webhooks?q=jeweller%2077',
    '/v1/webhooks?q=many-77&active=false',
    '/v1/webhooks?q=many-',
    '/v1/webhooks?q=newsletter&event=customer.created&active=false',
    '/v1/webhooks?createdAfter=2026-06-01T00:00:00Z',
    '/v1/webhooks?createdBefore=2026-01-03T00:00:00Z',
    '/v1/webhooks?createdAfter=2026-06-01T00:00:00Z&createdBefore=2026-06-02T00:00:00Z',
    '/v1/webhooks?lastFailureAfter=2026-10-08T00:00:00Z',
    '/v1/webhooks?lastFailureAfter=2026-01-01T00:00:00Z',
    '/v1/webhooks?lastFailureAfter=2030-01-01T00:00:00Z',
    '/v1/webhooks?lastSuccessAfter=2026-06-08T00:00:00Z',
    '/v1/webhooks?lastSuccessBefore=2026-01-05T00:00:00Z',
    '/v1/webhooks?lastSuccessAfter=2026-06-08T00:00:00Z&lastFailureBefore=2026-06-09T00:00:00Z&active=false',
    '/v1/webhooks?tenantId=many-0',
    '/v1/webhooks?tenantId=many-0&q=ab',
    '/v1/webhooks?tenantId=many-0&active=false',
    '/v1/webhooks?tenantId=many-5&q=stock&lastFailureAfter=2026-01-01T00:00:00Z',
    '/v1/webhooks?tenantId=many-5&event=sale.created',
  ])('%s', async (path) => {
    const few = await statements(and(path, 'limit=5'));
    const many = await statements(and(path, 'limit=200'));
    expect(many).toHaveLength(few.length);
    expect([1, 2, 3]).toContain(few.length);
    const { nextCursor } = (await registry.call('GET', and(path, 'limit=5'))).json;
    const next = nextCursor === null ? [] : await statements(and(path, `limit=5&cursor=${nextCursor}`));
    if (nextCursor !== null) expect(next).toHaveLength(few.length);
    for (const statement of [...few, ...many, ...next]) {
      const nodes = await nodesOf(statement);
      expect({ statement, read: nodes.filter((node) => node.startsWith('Seq Scan')) }).toEqual({ statement, read: [] });
    }
  });
});

test.each(['purchase_order.received', 'customer.updated.by.reseller'])(
  'an event type that few webhooks subscribe to is not searched for in every webhook: %s',
  async (event) => {
    const [list] = await statements(`/v1/webhooks?event=${event}`);
    expect(await nodesOf(list!)).toContain('Bitmap Heap Scan on webhooks');
  },
);
