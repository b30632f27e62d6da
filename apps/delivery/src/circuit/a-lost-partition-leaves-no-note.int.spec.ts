import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { DispatchFixture, requestBatch } from '../testing/dispatch-fixture.ts';
import { CircuitReader } from './http/circuit.reader.ts';
import { CircuitRecords } from './circuit.records.ts';

let fixture: DispatchFixture;
let receiver: RecordingReceiver;

beforeEach(async () => {
  fixture = await DispatchFixture.create();
  receiver = await RecordingReceiver.start({ respond: () => ({ status: 500 }) });
});
afterEach(async () => {
  await receiver?.close();
  await fixture?.close();
});

test('a circuit that is noted when its partition is lost stays written for the next owner', async () => {
  const { intake, ownership } = await fixture.serve({ policy: { scheduleMs: [3_600_000], jitter: 0 } });
  const webhook = fixture.webhook(receiver.url);
  const reader = new CircuitReader(fixture.database);
  await intake.take(
    requestBatch(
      webhook,
      Array.from({ length: 8 }, (_, n) => `m-${n}`),
    ),
  );
  const written = await waitFor(() => reader.find(webhook.id), { what: 'the circuit to be written down' });

  // The partition is taken back at once. Its circuits are in the table, and not in memory yet.
  const claims = ownership.all();
  const partition = claims[0]!.partition;
  const records = new CircuitRecords({
    database: fixture.database,
    read: () => null,
    tenantOf: () => webhook.tenantId,
    claim: (wanted) => ownership.claim(wanted),
    onError: fixture.onError,
  });
  await records.adopt(claims);
  records.note(webhook.id, partition);
  records.forget([partition]);
  await records.flush();
  expect(await reader.find(webhook.id)).toEqual(written);

  // A note of this claim, on the other hand, says that the circuit has closed.
  await records.adopt(claims);
  records.note(webhook.id, partition);
  await records.flush();
  expect(await reader.find(webhook.id)).toBeNull();
  await records.stop();
});
