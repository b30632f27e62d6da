import { expect, test } from '@jest/globals';
import type { z } from 'zod';
import { readApiKeySnapshot, readTenantSnapshot, readWebhookSnapshot } from './read-snapshots.ts';
import { apiKeySnapshot, tenantSnapshot, webhookSnapshot } from './registry-snapshots.ts';

const exampleOf = (schema: z.ZodType): object => (schema.meta()?.['examples'] as object[])[0] ?? {};

test('fields that a later version adds are left out', () => {
  const tenant = exampleOf(tenantSnapshot);
  expect(readTenantSnapshot({ ...tenant, plan: 'gold' })).toEqual(tenant);
});

test('an unknown value is read as the known value that does the least harm', () => {
  expect(readTenantSnapshot({ ...exampleOf(tenantSnapshot), status: 'archived' }).status).toBe('suspended');
  expect(readApiKeySnapshot({ ...exampleOf(apiKeySnapshot), role: 'auditor' }).role).toBeNull();
  const webhook = readWebhookSnapshot({ ...exampleOf(webhookSnapshot), ordering: 'tenant' });
  expect(webhook).toMatchObject({ success: true, data: { ordering: 'subject' } });
});

test('a record without a field that is needed is not read', () => {
  expect(() => readTenantSnapshot({ id: 'antwerp', name: 'Antwerp', version: 1 })).toThrow();
  expect(readWebhookSnapshot({ ...exampleOf(webhookSnapshot), url: undefined }).success).toBe(false);
});
