import { describe, expect, test } from '@jest/globals';
import type { WebhookOutcome } from './webhook.outcome-record.ts';
import type { OutcomeEffects } from './webhook.outcome-recorder.ts';
import { foldOutcomes, OutcomeRecorder } from './webhook.outcome-recorder.ts';

const outcome = (webhookId: string, second: number, more: Partial<WebhookOutcome> = {}): WebhookOutcome => ({
  webhookId,
  deliveryId: `d${second}`,
  attempt: 1,
  kind: 'message',
  outcome: 'succeeded',
  startedAt: `2026-01-15T12:00:0${second}.000Z`,
  endedAt: `2026-01-15T12:00:0${second}.500Z`,
  statusCode: 200,
  errorClass: null,
  fault: 'none',
  ...more,
});
const failed = { outcome: 'failed', statusCode: 500, errorClass: 'http_status', fault: 'receiver' } as const;

/** Effects that record their calls. */
function recordingEffects(more: Partial<OutcomeEffects> = {}) {
  const writes: string[] = [];
  const effects: OutcomeEffects = {
    raiseActivity: async (activity) => void writes.push(`raise ${[...activity.keys()].join()}`),
    findAffected: async (_touched, withFailure) => [...withFailure],
    recordOutcomes: async (outcomes) => outcomes.forEach((of, id) => writes.push(`record ${id} ${of.length}`)),
    ...more,
  };
  return { writes, effects };
}

describe('folding outcomes', () => {
  test('keeps the latest times of each webhook, in whichever order they come', () => {
    const { activity } = foldOutcomes([outcome('a', 3), outcome('a', 1), outcome('a', 2, failed), outcome('b', 4)]);
    expect(activity.get('a')).toEqual({
      lastSuccessAt: '2026-01-15T12:00:03.500Z',
      lastFailureAt: '2026-01-15T12:00:02.500Z',
    });
    expect(activity.get('b')).toEqual({ lastSuccessAt: '2026-01-15T12:00:04.500Z', lastFailureAt: null });
  });
  test('ignores failed tests', () =>
    expect(foldOutcomes([outcome('a', 1, { ...failed, kind: 'test' })])).toMatchObject({ byWebhook: new Map() }));
});

describe('recording outcomes', () => {
  test('outcomes that come during a write are written together', async () => {
    const { writes, effects } = recordingEffects();
    let open: () => void = () => undefined;
    const recorder = new OutcomeRecorder(effects, () => new Promise((resolve) => (open = resolve)));
    const first = recorder.record([outcome('a', 1)]);
    const second = recorder.record([outcome('b', 2, failed), outcome('b', 3, failed)]);
    open();
    await Promise.all([first, second]);
    expect(writes).toEqual(['raise a,b', 'record b 2']);
  });

  test('a write that fails rejects for its callers, and the next write is tried all the same', async () => {
    let failures = 1;
    const { writes, effects } = recordingEffects({
      findAffected: async () => {
        if (failures-- > 0) throw new Error('the database is away');
        return [];
      },
    });
    const recorder = new OutcomeRecorder(effects, async () => undefined);
    await expect(recorder.record([outcome('a', 1)])).rejects.toThrow('the database is away');
    await recorder.record([outcome('a', 1)]);
    expect(writes).toEqual(['raise a', 'raise a']);
  });

  test('an outcome that PostgreSQL refuses is returned to its own batch, and the others are written', async () => {
    const bad = outcome('c', 3, failed);
    const refusal = Object.assign(new Error('date/time field value out of range'), { code: '22008' });
    const { writes, effects } = recordingEffects({
      raiseActivity: async (activity) => {
        if (activity.has('c')) throw refusal;
        writes.push(`raise ${[...activity.keys()].join()}`);
      },
    });
    let open: () => void = () => undefined;
    const recorder = new OutcomeRecorder(effects, () => new Promise((resolve) => (open = resolve)));
    const one = recorder.record([outcome('a', 1), outcome('b', 2), bad]);
    const other = recorder.record([outcome('d', 4)]);
    open();
    expect([await one, await other]).toEqual([[{ outcome: bad, error: refusal }], []]);
    expect(writes).toEqual(['raise a,b', 'raise d']);
  });
});
