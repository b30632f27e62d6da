import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WebhookSnapshot } from '@signet/contracts';
import { newId } from '@signet/contracts';
import { signingKey, verify } from '@signet/signature';
import { fakeClock, RecordingReceiver } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import type { DispatchService } from '../dispatch/dispatch.service.ts';

const HOUR_MS = 60 * 60 * 1_000;
const clock = fakeClock();
let fixture: DispatchFixture;
let receiver: RecordingReceiver;
let service: DispatchService;
beforeAll(async () => {
  fixture = await DispatchFixture.create({ clock });
  receiver = await RecordingReceiver.start();
  service = await fixture.serve();
});
afterAll(async () => {
  await receiver.close();
  await fixture.close();
});

const SECRETS = Array.from({ length: 5 }, (_, index) => `secret number ${index} with characters enough`);

/** As the registry rotates: the newest for ever, each former one until its overlap ends. */
function webhookOf(id: string, endsMs: readonly (number | null)[], version: number): WebhookSnapshot {
  const secrets = endsMs.map((ends, index) => ({
    sealed: fixture.sealed(id, SECRETS[index] as string),
    expiresAt: ends === null ? null : new Date(clock().getTime() + ends).toISOString(),
  }));
  return fixture.webhook(receiver.url, { id, secrets, version });
}

/** Which of the secrets verify the next delivery. */
async function verifying(webhook: WebhookSnapshot): Promise<number[]> {
  await service.intake.take(requestBatch(webhook, [newId()]));
  const { headers, body } = receiver.requests.at(-1)!;
  const message = {
    id: headers['webhook-id'],
    timestamp: headers['webhook-timestamp'],
    signature: headers['webhook-signature'],
    body,
  };
  const nowSeconds = clock().getTime() / 1_000;
  return SECRETS.flatMap((secret, index) =>
    verify(message, { keys: [signingKey(secret)], nowSeconds }).ok ? [index] : [],
  );
}

test('each secret signs until its overlap ends, to the millisecond, without any news from the registry', async () => {
  const webhook = webhookOf(newId(), [null, 24 * HOUR_MS, 3 * HOUR_MS, 2 * HOUR_MS, 1 * HOUR_MS], 1);
  expect(await verifying(webhook)).toEqual([0, 1, 2, 3, 4]);
  clock.advance(HOUR_MS - 1);
  expect(await verifying(webhook)).toEqual([0, 1, 2, 3, 4]);
  clock.advance(1);
  expect(await verifying(webhook)).toEqual([0, 1, 2, 3]);
  clock.advance(2 * HOUR_MS);
  expect(await verifying(webhook)).toEqual([0, 1]);
  clock.advance(21 * HOUR_MS);
  expect(await verifying(webhook)).toEqual([0]);
});
