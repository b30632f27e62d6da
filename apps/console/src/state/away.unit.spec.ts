import { expect, test } from '@jest/globals';
import { ApiProblem } from '../api/problem.ts';
import { awayAfter, serviceOf } from './away.ts';

const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 26, 12, 0, seconds));
const DOWN = new ApiProblem(503, 'service_unavailable', 'The service delivery is not running at the moment.');
const GONE = new ApiProblem(0, 'unreachable', 'Signet cannot be reached.');

test.each([
  ['/v1/deliveries', 'Delivery'],
  ['/v1/circuits', 'Delivery'],
  ['/v1/replays', 'Delivery'],
  ['/v1/failures', 'Delivery'],
  ['/v1/statistics', 'Delivery'],
  ['/v1/webhooks', 'Registry'],
  ['/v1/tenants/acme/api-keys', 'Registry'],
])('%s is served by %s', (path, service) => expect(serviceOf(path)).toBe(service));

test('a service is away since its first request without an answer, until it answers', () => {
  const first = awayAfter({}, 'Delivery', DOWN, at(1));
  const second = awayAfter(first, 'Delivery', GONE, at(9));
  expect(second).toEqual({ Delivery: { since: at(1), error: GONE } });
  const both = awayAfter(second, 'Registry', GONE, at(10));
  expect(awayAfter(both, 'Delivery', undefined, at(11))).toEqual({ Registry: { since: at(10), error: GONE } });
});

test('an answer that refuses is an answer', () => {
  const away = awayAfter({}, 'Delivery', DOWN, at(1));
  expect(awayAfter(away, 'Delivery', new ApiProblem(404, 'not_found', 'There is none.'), at(2))).toEqual({});
  expect(awayAfter(away, 'Delivery', new ApiProblem(500, 'internal', 'A fault.'), at(2))).toEqual({});
  expect(awayAfter({}, 'Delivery', undefined, at(2))).toEqual({});
});
