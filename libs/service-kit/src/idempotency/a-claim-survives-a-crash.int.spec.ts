import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MikroORM } from '@mikro-orm/postgresql';
import { generateSealingKey, SealingKeys } from '@signet/signature';
import type { TestDatabase } from '@signet/testing';
import { fakeClock, testDatabase } from '@signet/testing';
import { databaseOptions } from '../database/database-options.ts';
import { migrate } from '../database/schema/migrate.ts';
import { IdempotencyKeys } from './idempotency-keys.ts';
import { IdempotencyKeysMigration } from './idempotency.migration.ts';
import { resealAnswers } from './reseal-answers.ts';

let database: TestDatabase;
let orm: MikroORM;
let keys: IdempotencyKeys;
const clock = fakeClock();
const MINUTE_MS = 60_000;
beforeAll(async () => {
  database = await testDatabase();
  const options = { url: database.url, schema: 'kept', entities: [], migrations: [IdempotencyKeysMigration] };
  orm = await MikroORM.init(databaseOptions(options));
  await migrate(options);
  keys = new IdempotencyKeys(orm.em, SealingKeys.parse(generateSealingKey('test')), clock);
});
afterAll(async () => {
  await orm.close();
  await database.drop();
});

let count = 0;
const newRequest = () => ({ scope: `scope ${(count += 1)}`, fingerprint: 'body' });
async function begun(request: ReturnType<typeof newRequest>) {
  const answer = await keys.begin(request);
  if (answer.kind !== 'begun') throw new Error(`It is ${answer.kind}.`);
  return answer.claim;
}
/** Changes something, as the aggregates do. */
const change = () => orm.em.fork().transactional((em) => keys.noteIn(em));
const answer = { status: 201, headers: { etag: '"1"' }, body: '{}' };

test('a claim whose process died before it changed anything is free after its lease', async () => {
  const request = newRequest();
  await begun(request);
  expect(await keys.begin(request)).toEqual({ kind: 'under_way' });
  clock.advance(MINUTE_MS);
  await begun(request);
});

test('a slow process whose lease has ended changes nothing any more, and the answer of the repetition is kept', async () => {
  const request = newRequest();
  const slow = await begun(request);
  clock.advance(MINUTE_MS);
  const repetition = await begun(request);
  await expect(slow.run(change)).rejects.toMatchObject({ code: 'idempotency_key_under_way' });
  await repetition.run(change);
  await repetition.answered(answer);
  await slow.answered({ ...answer, status: 409 });
  await slow.failed();
  expect(await keys.begin(request)).toEqual({ kind: 'answered', answer });
});

test('a change is never carried out a second time, even where its answer was lost', async () => {
  const request = newRequest();
  const claim = await begun(request);
  await claim.run(change);
  expect(await keys.begin(request)).toEqual({ kind: 'under_way' });
  clock.advance(MINUTE_MS);
  expect(await keys.begin(request)).toEqual({ kind: 'answer_lost' });
});

test('a failure after the change is reported as a lost answer at once; a failure before it frees the key', async () => {
  const changed = newRequest();
  const one = await begun(changed);
  await one.run(change);
  await one.failed();
  expect(await keys.begin(changed)).toEqual({ kind: 'answer_lost' });
  const unchanged = newRequest();
  await (await begun(unchanged)).failed();
  await begun(unchanged);
});

test('a change that is rolled back was not carried out', async () => {
  const request = newRequest();
  const claim = await begun(request);
  const refused = () =>
    orm.em.fork().transactional(async (em) => {
      await keys.noteIn(em);
      throw new Error('refused');
    });
  await expect(claim.run(refused)).rejects.toThrow('refused');
  clock.advance(MINUTE_MS);
  await begun(request);
});

test('an answer under a key that is no longer there is lost, and the request is not carried out again', async () => {
  const request = newRequest();
  const claim = await begun(request);
  await claim.answered(answer);
  const others = new IdempotencyKeys(orm.em, SealingKeys.parse(generateSealingKey('other')), clock);
  expect(await others.begin(request)).toEqual({ kind: 'answer_lost' });
});

test('answers are resealed for as long as both keys are there', async () => {
  const request = newRequest();
  const [former, next] = [generateSealingKey('former'), generateSealingKey('next')];
  const under = (keys: string) => SealingKeys.parse(keys);
  const before = await new IdempotencyKeys(orm.em, under(former), clock).begin(request);
  if (before.kind !== 'begun') throw new Error(`It is ${before.kind}.`);
  await before.claim.answered(answer);
  await orm.em.fork().getConnection().execute(`delete from idempotency_keys where scope <> '${request.scope}'`);
  const both = under(`${next},${former}`);
  expect(await resealAnswers(orm.em.fork(), both)).toBe(1);
  expect(await resealAnswers(orm.em.fork(), both)).toBe(0);
  const after = new IdempotencyKeys(orm.em, under(next), clock);
  expect(await after.begin(request)).toEqual({ kind: 'answered', answer });
});

test('a change without a key needs no claim', async () => {
  await expect(change()).resolves.toBeUndefined();
});
