import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { hashApiKey } from '@signet/service-kit';
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

test('so is a session of the key, which may send events until then, from a page of the same address', async () => {
  const tenantId = await ingestion.newTenant();
  const session = { hash: hashApiKey('a-session'), expiresAt: new Date(Date.now() + 600_000).toISOString() };
  const key = await ingestion.newKey({ role: 'producer', tenantId, sessions: [session] });
  const post = async (fetchSite: string) => {
    const { headers, body } = overHttp.structured(saleOf(tenantId));
    const answer = await fetch(`${ingestion.service.url}/v1/events`, {
      method: 'POST',
      headers: {
        ...(headers as Record<string, string>),
        ...{ cookie: 'signet-session=a-session', 'sec-fetch-site': fetchSite },
      },
      body: body as string,
    });
    return [answer.status, ((await answer.json()) as { code?: string }).code];
  };
  expect(await post('same-origin')).toEqual([202, undefined]);
  expect(await post('cross-site')).toEqual([403, 'other_origin']);
  await key.revoke();
  const isRefused = async () => (await post('same-origin'))[1] === 'unknown_session';
  await waitFor(isRefused, { what: 'the session to be refused', timeoutMs: 5_000 });
});
