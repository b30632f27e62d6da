import { expect, test } from '@jest/globals';
import { whyNoReplay } from './replay-words.ts';

const ACTIVE = { webhook: { isActive: true }, tenantStatus: 'active', isBusy: false } as const;

test.each([
  [ACTIVE, undefined],
  [{ ...ACTIVE, tenantStatus: undefined }, undefined],
  [{ ...ACTIVE, isBusy: true }, /Another replay/],
  [{ ...ACTIVE, webhook: { isActive: false }, isBusy: true }, /is disabled/],
  [{ ...ACTIVE, webhook: { isActive: false }, tenantStatus: 'suspended' }, /suspended/],
] as const)('the reason why a replay cannot start is the one that must be mended first: case %#', (wish, why) => {
  if (why === undefined) expect(whyNoReplay(wish)).toBeUndefined();
  else expect(whyNoReplay(wish)).toMatch(why);
});
