import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitFor } from '@signet/testing';
import { TestIngestion } from './testing/ingestion.ts';
import { overHttp, saleOf } from './testing/sales.ts';

let ingestion: TestIngestion;
beforeAll(async () => {
  ingestion = await TestIngestion.start();
});
afterAll(() => ingestion.stop());

test('a revoked key is refused as soon as its revocation has come over Kafka, while others go on', async () => {
  const tenantId = await ingestion.newTenant();
  const revoked = await ingestion.newKey({ role: 'producer', tenantId });
  const kept = await ingestion.newKey({ role: 'producer', tenantId });
  const post = ({ key }: { key: string }) => ingestion.post(overHttp.binary(saleOf(tenantId)), key);
  expect((await post(revoked)).status).toBe(202);
  await revoked.revoke();
  const refused = await waitFor(
    async () => {
      const answer = await post(revoked);
      return answer.status === 202 ? undefined : answer;
    },
    { what: 'the key to be refused' },
  );
  expect([refused.status, refused.json.code]).toEqual([401, 'unknown_api_key']);
  expect((await post(kept)).status).toBe(202);
});
