import { expect, test } from '@jest/globals';
import { settingsPage } from './settings.ts';

test('a setting with different defaults is explained for each service', () => {
  const [, shared = '', registry = '', ingestion = ''] = settingsPage().split(/^## /m);
  expect(shared).toMatch(/^All three services/);
  expect(shared).toContain('| SIGNET_KAFKA_BROKERS | required |');
  expect(shared).not.toContain('SIGNET_HTTP_PORT');
  expect(registry).toContain('| SIGNET_HTTP_PORT | `3000` |');
  expect(ingestion).toContain('| SIGNET_HTTP_PORT | `3001` |');
});
