import { afterEach, expect, test } from '@jest/globals';
import type { EgressCause } from '@signet/egress';
import { fakeClock } from '@signet/testing';
import type { Evidence } from './local-evidence.policy.ts';
import { PlatformFault } from './platform-fault.ts';
import type { SeenAttempt, Step } from './seen-attempt.ts';

const WINDOW_MS = 60_000;
const SETTINGS = {
  ...{ minHosts: 5, minTenants: 3, memoryMs: 3_600_000, windowMs: WINDOW_MS },
  ...{ probesPerSecond: 3, totalConcurrency: 1_024 },
};
const STAGE = { resolve: 'resolving', connect: 'tcp', secure: 'tls', answer: 'waiting' } as const;

let started: PlatformFault[] = [];
afterEach(() => {
  for (const one of started) one.stop();
  started = [];
});

/** Ten hosts of five tenants, each with a webhook of the same name; `heard` has the calls of the listener. */
function tenHosts({ canary = null as (() => Promise<boolean>) | null, isTrustLoaded = true } = {}) {
  const clock = fakeClock();
  const heard: string[] = [];
  const waiting = new Set<string>();
  const platform = new PlatformFault(SETTINGS, {
    clock,
    isTrustLoaded,
    candidates: () => waiting,
    hostOf: (webhookId) => webhookId,
    canary,
    listener: {
      began: (evidence: Evidence) => void heard.push(`began: ${evidence}`),
      ended: () => void heard.push('ended'),
      grew: () => undefined,
      mayProbe: (webhookId) => void heard.push(`probe: ${webhookId}`),
      blamed: () => undefined,
    },
  });
  started.push(platform);
  const seen = (n: number, fields: Partial<SeenAttempt>): SeenAttempt => {
    const now = clock().getTime();
    const host = `host-${n}`;
    return {
      ...{ host, webhookId: host, tenantId: `tenant-${n % 5}`, startedAt: now, endedAt: now },
      ...{ failure: null, passed: [] },
      ...fields,
    };
  };
  const answers = (n: number, passed: readonly Step[] = ['resolve', 'connect', 'secure', 'answer']) =>
    platform.judge(seen(n, { passed }));
  const fails = (n: number, step: Step, code: string | null, fields: Partial<SeenAttempt> = {}) => {
    const causes: EgressCause[] = [{ stage: STAGE[step], code, address: '203.0.113.7' }];
    return platform.judge(seen(n, { failure: { step, causes }, ...fields }));
  };
  const allAnswer = (): void => {
    for (let n = 0; n < 10; n++) void answers(n);
    clock.advance(1_000);
  };
  const pass = (ms: number): void => {
    clock.advance(ms);
    platform.look();
  };
  return { clock, heard, waiting, platform, answers, fails, allAnswer, pass };
}

test("the first failures wait until most hosts fail, and are then the platform's, like what is on the wire", async () => {
  const { clock, heard, fails, allAnswer, pass, platform } = tenHosts();
  allAnswer();
  const startedAt = clock().getTime();
  const verdicts = [0, 1, 2, 3, 4, 5].map((n) => fails(n, 'connect', 'ETIMEDOUT'));
  expect(verdicts.every((one) => one instanceof Promise)).toBe(true);
  expect(heard).toEqual([]);
  pass(100);
  expect(await Promise.all(verdicts)).toEqual(Array.from({ length: 6 }, () => 'platform'));
  expect(heard).toEqual(['began: most_hosts']);
  expect(platform.passage('host-7')).toBe('open');
  clock.advance(5_000);
  expect(fails(9, 'answer', null, { startedAt })).toBe('platform');
});

test("a receiver that is down is the receiver's as soon as three others answer", async () => {
  const { fails, answers, allAnswer, pass } = tenHosts();
  allAnswer();
  const verdict = fails(0, 'connect', 'ECONNREFUSED');
  answers(1);
  answers(2);
  pass(100);
  let settled: unknown = 'waiting';
  void Promise.resolve(verdict).then((one) => (settled = one));
  await Promise.resolve();
  expect(settled).toBe('waiting');
  answers(3, ['answer']);
  pass(100);
  expect(await verdict).toBe('receiver');
});

test('an answer over an open connection does not clear the platform of a failure to connect', async () => {
  const { fails, answers, allAnswer, pass } = tenHosts();
  allAnswer();
  const verdict = fails(0, 'connect', 'ETIMEDOUT');
  for (let n = 1; n < 10; n++) answers(n, ['answer']);
  pass(WINDOW_MS - 1_000);
  for (let n = 1; n < 10; n++) answers(n, ['answer']);
  let settled = false;
  void Promise.resolve(verdict).then(() => (settled = true));
  await Promise.resolve();
  expect(settled).toBe(false);
  pass(1_000);
  expect(await verdict).toBe('receiver');
});

test('nothing waits where too few hosts are known for a verdict', () => {
  const { fails, answers } = tenHosts();
  answers(0);
  answers(1);
  expect(fails(0, 'connect', 'ECONNREFUSED')).toBe('receiver');
});

test('an error that only our own machine gives is ours at once', () => {
  const { fails, allAnswer } = tenHosts();
  allAnswer();
  expect(fails(0, 'connect', 'EMFILE')).toBe('platform');
});

test("our resolver is to blame where no other host is known, and a name's own server where other names resolve", async () => {
  const { fails, answers, allAnswer, pass } = tenHosts();
  expect(fails(0, 'resolve', 'EAI_AGAIN')).toBe('platform');
  allAnswer();
  const verdict = fails(0, 'resolve', 'EAI_AGAIN');
  for (let n = 1; n < 4; n++) answers(n);
  pass(100);
  expect(await verdict).toBe('receiver');
});

test("a name that does not resolve is the platform's at the end of the window if no other resolves meanwhile", async () => {
  const { fails, allAnswer, pass } = tenHosts();
  allAnswer();
  const verdict = fails(0, 'resolve', 'EAI_AGAIN');
  pass(WINDOW_MS);
  expect(await verdict).toBe('platform');
});

test('five failures in a row that point at our own machine are a fault, however few hosts are known', () => {
  const { fails, heard, platform } = tenHosts();
  for (let n = 0; n < 5; n++) fails(0, 'resolve', 'EAI_AGAIN');
  expect(heard).toEqual(['began: resolver']);
  expect(platform.isFault).toBe(true);
});

test('a fault of our resolver ends as soon as another name resolves', () => {
  const { fails, answers, heard, pass } = tenHosts();
  for (let n = 0; n < 5; n++) fails(0, 'resolve', 'EAI_AGAIN');
  answers(1);
  pass(100);
  expect(heard).toEqual(['began: resolver', 'ended']);
});

test('while it lasts three webhooks of three hosts are probed a second, and each may send one delivery', () => {
  const { fails, heard, pass, waiting, allAnswer, platform } = tenHosts();
  allAnswer();
  for (let n = 0; n < 6; n++) void fails(n, 'connect', 'ETIMEDOUT');
  pass(100);
  for (let n = 0; n < 6; n++) waiting.add(`host-${n}`);
  pass(1_000);
  expect(heard.slice(1)).toEqual(['probe: host-0', 'probe: host-1', 'probe: host-2']);
  expect(platform.passage('host-0')).toBe('probe');
  platform.begin('host-0');
  expect(platform.passage('host-0')).toBe('open');
  pass(100);
  expect(heard).toHaveLength(4);
});

test('when probes succeed it ends, and sending goes up from one at a time to all', () => {
  const { clock, fails, answers, heard, pass, waiting, allAnswer, platform } = tenHosts();
  allAnswer();
  for (let n = 0; n < 6; n++) void fails(n, 'connect', 'ETIMEDOUT');
  pass(100);
  const probeAnswers = (n: number): void => {
    platform.begin(`host-${n}`);
    answers(n);
  };
  for (let n = 0; n < 6; n++) waiting.add(`host-${n}`);
  pass(1_000);
  for (let n = 0; n < 3; n++) probeAnswers(n);
  pass(1_000);
  expect(heard.filter((one) => !one.startsWith('probe'))).toEqual(['began: most_hosts']);
  probeAnswers(3);
  pass(100);
  expect(heard.at(-1)).toBe('ended');
  expect(platform.limit()).toBe(1);
  clock.advance(1_500);
  expect(platform.limit()).toBe(8);
  pass(5_000);
  expect(platform.limit()).toBe(Number.POSITIVE_INFINITY);
});

test('a host that has answered since it began is not held back', () => {
  const { fails, answers, pass, allAnswer, platform } = tenHosts();
  allAnswer();
  for (let n = 0; n < 6; n++) void fails(n, 'connect', 'ETIMEDOUT');
  pass(100);
  answers(7);
  expect([platform.passage('host-7'), platform.passage('host-8')]).toEqual(['closed', 'open']);
});

test('a canary that answers clears the platform while most hosts answer, and one that does not blames it while most fail', async () => {
  let isReached = true;
  const { fails, allAnswer, pass, heard, clock } = tenHosts({ canary: () => Promise.resolve(isReached) });
  allAnswer();
  const first = fails(0, 'connect', 'ETIMEDOUT');
  pass(2_000);
  expect(await first).toBe('receiver');
  clock.advance(WINDOW_MS);
  isReached = false;
  const second = fails(1, 'connect', 'ETIMEDOUT');
  pass(2_000);
  expect(await second).toBe('platform');
  expect(heard).toEqual(['began: canary']);
});

test('at the end of the service nothing waits: what most hosts suffer is not counted', async () => {
  const { fails, allAnswer, platform } = tenHosts();
  allAnswer();
  const alone = fails(0, 'connect', 'ETIMEDOUT');
  platform.settle();
  expect(await alone).toBe('receiver');
  expect(await fails(1, 'connect', 'ETIMEDOUT')).toBe('receiver');
});

test('issuers that are not known are ours where our certificates could not be loaded', () => {
  const { fails, allAnswer } = tenHosts({ isTrustLoaded: false });
  allAnswer();
  expect(fails(0, 'secure', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY')).toBe('platform');
});
