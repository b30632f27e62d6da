import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generateSecret } from '@signet/signature';
import { RecordingReceiver, waitFor } from '@signet/testing';
import { Api } from './support/api.ts';
import type { Case } from './support/judges.ts';
import { forLibraries, JUDGES } from './support/judges.ts';
import { testWith } from './support/programs.ts';
import type { JudgedRequest, LivedSecret } from './support/secret-holder.ts';
import { SecretHolder, signaturesOf } from './support/secret-holder.ts';
import { Signet } from './support/signet.ts';
import type { LocalFile } from './support/signet.ts';
import { SteadyFlow } from './support/steady-flow.ts';

const HOUR_MS = 60 * 60 * 1_000;
/** A new secret signs when delivery has read of it from Kafka, which takes some milliseconds. */
const SPREAD_MS = 1_000;
/** `webhook-timestamp` says a second, within which the signature was made. */
const SECOND_MS = 1_000;

/** Where secrets come from: Signet's own, a key of the tenant's, a text of the tenant's. */
const KINDS: Readonly<Record<string, (index: number) => string | undefined>> = {
  generated: () => undefined,
  key: () => generateSecret(),
  text: (index) => `a text of the tenant's own, long enough, number ${index}`,
};

let signet: Signet;
let local: LocalFile;
let receiver: RecordingReceiver;
let flow: SteadyFlow;
let eager: SecretHolder[];
let steady: SecretHolder[];
const holders = (): SecretHolder[] => [...eager, ...steady];
const kindOf = (holder: SecretHolder) =>
  KINDS[holder.name.split('-')[1] as string] as (index: number) => string | undefined;

beforeAll(async () => {
  const respond = (request: { path: string }) =>
    holders()
      .find(({ path }) => path === request.path)
      ?.judge(request as never) ?? {};
  const settings = { SIGNET_RETRY_SCHEDULE: '1s', SIGNET_RETRY_JITTER: '0' };
  [signet, receiver] = await Promise.all([Signet.start(settings), RecordingReceiver.start({ respond })]);
  local = await signet.local();
  const tenant = Api.tenant(local);
  eager = Object.keys(KINDS).map((kind) => new SecretHolder(`eager-${kind}`, tenant, true));
  steady = Object.keys(KINDS).map((kind) => new SecretHolder(`steady-${kind}`, tenant, false));
  for (const holder of holders()) await holder.register(receiver.url, kindOf(holder)(0));
  flow = new SteadyFlow(Api.producer(local), local.tenantId, receiver, holders().length);
});
afterAll(async () => {
  await flow?.stop().catch(() => undefined);
  await Promise.all([signet?.stopAndForget(), receiver?.close()]);
});

/** Rotates every webhook at once, while deliveries flow, and waits for those that were signed with the new secret. */
async function rotate(overlapHours: number): Promise<void> {
  await Promise.all(holders().map((holder) => holder.rotate(overlapHours, kindOf(holder)(holder.secrets.length))));
  await Promise.all(holders().map((holder) => holder.untilSignedAfter(holder.newest.since + SPREAD_MS)));
}
const lastSignatures = (): number[] => holders().map((holder) => signaturesOf(holder.requests.at(-1) as JudgedRequest));
const refusals = (of: SecretHolder[]): JudgedRequest[] =>
  of.flatMap(({ requests }) => requests).filter(({ accepted }) => !accepted);

test('created: the secret of the answer verifies from the first delivery on', async () => {
  await Promise.all(holders().map((holder) => holder.untilSignedAfter(holder.newest.since + SPREAD_MS)));
  expect(refusals(holders())).toEqual([]);
  expect(new Set(lastSignatures())).toEqual(new Set([1]));
});

test('rotated with overlap, up to five live: who changes over at once and who holds on to the first verify alike', async () => {
  for (let live = 2; live <= 5; live++) {
    await rotate(1);
    expect(new Set(lastSignatures())).toEqual(new Set([live]));
  }
  expect(refusals(steady)).toEqual([]);
  const [holder] = eager as [SecretHolder];
  await expect(holder.rotate(1)).rejects.toThrow(/409.*too_many_live_secrets/);
});

test('rotated without overlap: the former ones stop at once, and what they were refused for comes again', async () => {
  await Promise.all(
    holders().map(async (holder) => {
      await holder.rotate(0, kindOf(holder)(holder.secrets.length));
      holder.hold(holder.newest.secret);
    }),
  );
  await Promise.all(holders().map((holder) => holder.untilSignedAfter(holder.newest.since + SPREAD_MS)));
  expect(new Set(lastSignatures())).toEqual(new Set([1]));
});

test('expired: the former one signs until the end of the overlap and no longer', async () => {
  const overlapMs = 3_000;
  await Promise.all(
    holders().map(async (holder) => {
      const former = holder.newest;
      const overlapUntil = await holder.rotate(overlapMs / HOUR_MS, kindOf(holder)(holder.secrets.length));
      expect(Date.parse(String(overlapUntil))).toBe(former.until);
      await holder.untilSignedAfter(former.until - 2 * SECOND_MS);
      holder.hold(holder.newest.secret);
      await holder.untilSignedAfter(former.until + SPREAD_MS);
    }),
  );
  expect(new Set(lastSignatures())).toEqual(new Set([1]));
  for (const { webhook, newest } of holders()) {
    expect(await Api.tenant(local).call('GET', `/v1/webhooks/${webhook.id}/secret`)).toEqual({
      secret: newest.secret,
      former: [],
    });
  }
});

test('every delivery has reached every receiver; only what was under way at a change-over came twice', async () => {
  await flow.stop();
  await waitFor(async () => (await Api.tenant(local).deliveries({ status: 'RETRYING' })).length === 0, {
    what: 'what was refused to come again',
  });
  for (const holder of holders()) {
    const deliveries = await Api.tenant(local).deliveries({ webhookId: holder.webhook.id });
    expect(deliveries).toHaveLength(flow.sent);
    expect(deliveries.filter(({ status }) => status !== 'SUCCESS')).toEqual([]);
    const changes = holder.secrets.map(({ since }) => since);
    const strays = refusals([holder]).filter(
      ({ receivedAt }) => !changes.some((since) => Math.abs(receivedAt - since) <= SPREAD_MS),
    );
    expect(strays).toEqual([]);
  }
});

/** Whether a secret has to sign what is signed in this second; undefined: it may. */
function mustSign({ since, until, goneAt }: LivedSecret, signedAt: number): boolean | undefined {
  if (signedAt >= since + SPREAD_MS && signedAt + SECOND_MS <= until) return true;
  return signedAt >= goneAt + SPREAD_MS || signedAt + SECOND_MS < since - SPREAD_MS ? false : undefined;
}

for (const { name, isHere, judge } of JUDGES) {
  testWith(isHere)(
    `the library of ${name} accepts every delivery with every secret that was live, and with no other`,
    () => {
      const cases: { of: string; signedAt: number; case: Case; expected: boolean }[] = [];
      for (const holder of holders()) {
        for (const lived of holder.secrets) {
          for (const { headers, body, signedAt } of holder.requests) {
            const expected = mustSign(lived, signedAt);
            if (expected === undefined) continue;
            const secret = forLibraries(lived.secret);
            cases.push({ of: holder.name, signedAt, case: { secret, body: body.toString(), headers }, expected });
          }
        }
      }
      const verdicts = judge(cases.map((one) => one.case));
      const wrong = cases.filter(({ expected }, index) => verdicts[index] !== expected);
      expect(wrong).toEqual([]);
      for (const expected of [true, false])
        expect(cases.filter((one) => one.expected === expected).length).toBeGreaterThan(500);
    },
  );
}

test('whatever was signed, some secret that was live then had signed it', () => {
  for (const { secrets, requests } of holders()) {
    for (const request of requests) {
      const live = secrets.filter(({ until }) => request.signedAt < until + SPREAD_MS);
      const cases = live.map(({ secret }) => ({
        secret: forLibraries(secret),
        body: request.body.toString(),
        headers: request.headers,
      }));
      expect(JUDGES[0]?.judge(cases)).toContain(true);
    }
  }
});
