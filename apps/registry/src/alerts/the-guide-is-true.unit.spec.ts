import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { eventTypeByName } from '@signet/contracts';
import { ALERT_TYPES } from './alert.ts';

const guide = readFileSync(new URL('../../../../docs/guides/alerts.md', import.meta.url), 'utf8');

test('the guide shows the example of the catalogue, and names every alert', () => {
  const [, json = ''] = /```json\n(.*?)```/s.exec(guide) ?? [];
  const { type, timestamp, data } = JSON.parse(json) as { type: string; timestamp: string; data: object };
  expect(data).toEqual(eventTypeByName(type)?.example);
  expect(Date.parse(timestamp)).not.toBeNaN();
  for (const name of ALERT_TYPES) expect(guide).toContain(`| \`${name}\` |`);
});
