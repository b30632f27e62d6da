import { expect, test } from '@jest/globals';
import { askedOf, listed, reasonAgainstRemoval } from './command.policy.ts';

const REASON = 'No sealing key has the id "a".';
const webhook = (id: string, isKnown: boolean) => ({
  ...{ id, isKnown, tenantId: 'antwerp', name: 'Orders', url: 'https://erp.example' },
  reason: REASON,
});

test('it lists, removes, or shows its usage', () => {
  expect(askedOf([])).toEqual({ kind: 'list' });
  expect(askedOf(['list'])).toEqual({ kind: 'list' });
  expect(askedOf(['remove', 'a', 'b'])).toEqual({ kind: 'remove', ids: ['a', 'b'] });
  for (const wrong of [['remove'], ['list', 'a'], ['drop', 'a']]) expect(askedOf(wrong)).toBeUndefined();
});

test('a line says which webhook it is and why it cannot be read, and the next one what to do', () => {
  expect(listed([webhook('w1', true), webhook('w2', false)]).split('\n')).toEqual([
    'w1  "Orders" of antwerp to https://erp.example',
    `  ${REASON} The registry has it: add the key, rotate its secret, or DELETE /v1/webhooks/w1.`,
    'w2  "Orders" of antwerp to https://erp.example',
    `  ${REASON} The registry does not have it: remove w2 takes it off Kafka.`,
  ]);
  expect(listed([])).toBe('Every webhook on Kafka can be opened.');
});

test('only unreadable webhooks that the registry does not have are removed', () => {
  const webhooks = [webhook('known', true), webhook('left', false)];
  expect(reasonAgainstRemoval(['left'], webhooks)).toBeUndefined();
  expect(reasonAgainstRemoval(['left', 'known'], webhooks)).toContain('DELETE /v1/webhooks/known');
  expect(reasonAgainstRemoval(['fine'], webhooks)).toContain('fine is not a webhook on Kafka that cannot be opened');
});
