import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { v5 } from 'uuid';
import { deliveryIdOf, eventIdOf, fixedId, isUuid, missedReplayIdOf } from './ids.ts';

/** Of the ids that Signet derives. */
const NAMESPACE = '5b2f6c1e-3d0a-4a55-9d0e-6f1c54b0a7d9';
const WEBHOOK = '0199f3a2-6d1c-7c40-9a51-0d7e2f4b8c11';

describe('ids that are derived', () => {
  test('are UUIDv5, as others compute it', () => {
    const messages = Array.from({ length: 500 }, (_, index) => ({
      source: `/shop/${index}`,
      id: createHash('sha256').update(`ü${index}`).digest('base64'),
    }));
    expect(messages.map((message) => deliveryIdOf(WEBHOOK, message))).toEqual(
      messages.map(({ source, id }) => v5(`${source}\n${id}`, WEBHOOK)),
    );
  });

  test('do not depend on how the namespace is written', () => {
    const message = { source: '/shop', id: '1' };
    expect(deliveryIdOf(WEBHOOK.toUpperCase(), message)).toBe(deliveryIdOf(WEBHOOK, message));
  });

  test('stay what they were in earlier versions', () => {
    expect(eventIdOf({ source: '/shop', id: '1' })).toBe('6cd43826-d137-5992-ad5e-62901b95535d');
    expect(fixedId('first operator key')).toBe('1d0137a5-a329-5726-88f5-18de8df4afc1');
  });

  test.each(['', 'null', WEBHOOK.slice(1), `${WEBHOOK}0`, WEBHOOK.replace('-', '')])(
    'have no other namespace than a UUID: "%s"',
    (namespace) => {
      expect(() => deliveryIdOf(namespace, { source: '/shop', id: '1' })).toThrow(TypeError);
    },
  );
});

test('the replay of an enabling has the same id in every replica, and the next enabling has another one', () => {
  const id = missedReplayIdOf(WEBHOOK, '2026-03-01T10:00:00.000Z');
  expect(id).toBe(v5('missed\n2026-03-01T10:00:00.000Z', WEBHOOK));
  expect(missedReplayIdOf(WEBHOOK, '2026-03-01T10:00:00.001Z')).not.toBe(id);
});

describe('the id of an event', () => {
  test('is made of source and id, also where the id is a UUID: others may use the same one', () => {
    const sources = ['/pos/1', '/erp'];
    const ids = sources.map((source) => eventIdOf({ source, id: WEBHOOK }));
    expect(new Set([...ids, WEBHOOK]).size).toBe(3);
    expect(ids.every(isUuid)).toBe(true);
    expect(ids).toEqual(sources.map((source) => v5(`event\n${source}\n${WEBHOOK}`, NAMESPACE)));
  });

  test('differs where only the case of the id does, as CloudEvents compares ids', () => {
    const [lower, upper] = [WEBHOOK, WEBHOOK.toUpperCase()].map((id) => eventIdOf({ source: '/pos/1', id }));
    expect(lower).not.toBe(upper);
  });
});
