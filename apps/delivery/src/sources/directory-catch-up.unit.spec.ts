import { expect, test } from '@jest/globals';
import { newId, WEBHOOK_VERSION_HEADER } from '@signet/contracts';
import { snapshotOf } from '../testing/webhook-snapshot.ts';
import { WebhookDirectory } from '../webhook-directory/webhook-directory.ts';
import { DirectoryCatchUp } from './directory-catch-up.ts';

const { signal } = new AbortController();

const request = (webhookId: string, version: number) => ({
  key: Buffer.from(webhookId),
  headers: { [WEBHOOK_VERSION_HEADER]: Buffer.from(String(version)) },
});

/** A directory that counts how often it was asked whether something is still to be read. */
class Directory extends WebhookDirectory {
  looks = 0;
  onLook: (() => void) | undefined;

  override mayHaveBegun(webhookId: string, version: number): boolean {
    this.looks += 1;
    this.onLook?.();
    return super.mayHaveBegun(webhookId, version);
  }
}

test('a webhook that was compacted away is waited for once, not in each batch', async () => {
  const directory = new Directory();
  const catchUp = new DirectoryCatchUp(directory, () => 0, 3);
  const gone = newId();
  await catchUp.untilRead([request(gone, 4), request(gone, 2)], signal);
  const { looks } = directory;
  expect(looks).toBeGreaterThanOrEqual(3);
  for (let batch = 0; batch < 10; batch += 1) await catchUp.untilRead([request(gone, 4), request(gone, 3)], signal);
  expect(directory.looks).toBe(looks);
});

test('a later version of a webhook that did not come in time is waited for', async () => {
  const directory = new Directory();
  const catchUp = new DirectoryCatchUp(directory, () => 0, 3);
  const late = snapshotOf({ version: 5 });
  await catchUp.untilRead([request(late.id, 4)], signal);
  directory.looks = 0;
  directory.onLook = () => directory.put(late);
  await catchUp.untilRead([request(late.id, 5)], signal);
  expect(directory.looks).toBeGreaterThan(0);
  expect(directory.get(late.id)).toEqual(late);
});

test('a wait that was cut short by the end of the service says nothing about the webhook', async () => {
  const directory = new Directory();
  const catchUp = new DirectoryCatchUp(directory, () => 0, 3);
  const stopping = new AbortController();
  const gone = newId();
  directory.onLook = () => stopping.abort();
  await catchUp.untilRead([request(gone, 1)], stopping.signal);
  directory.onLook = undefined;
  directory.looks = 0;
  await catchUp.untilRead([request(gone, 1)], signal);
  expect(directory.looks).toBeGreaterThanOrEqual(3);
});

test('while the reader of the table hangs, nothing is concluded from a wait in vain', async () => {
  const directory = new Directory();
  let age: number | undefined = 60_000;
  const catchUp = new DirectoryCatchUp(directory, () => age, 3);
  const late = newId();
  for (const looked of [60_000, undefined]) {
    age = looked;
    directory.looks = 0;
    await catchUp.untilRead([request(late, 4)], signal);
    expect(directory.looks).toBeGreaterThanOrEqual(3);
  }
  // A heartbeat that is younger than the wait: everything before it has been read, and the webhook was not there.
  age = 0;
  await catchUp.untilRead([request(late, 4)], signal);
  directory.looks = 0;
  await catchUp.untilRead([request(late, 4)], signal);
  expect(directory.looks).toBe(0);
});
