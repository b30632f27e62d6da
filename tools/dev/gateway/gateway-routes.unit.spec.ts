import { expect, test } from '@jest/globals';
import { routeOf } from './gateway-routes.ts';

test.each([
  ['/v1/webhooks', 'registry'],
  ['/v1/webhooks/8c1f/secret?x=1', 'registry'],
  ['/v1/event-types', 'registry'],
  ['/v1/tenants/t1/api-keys', 'registry'],
  ['/v1/api-keys/8c1f', 'registry'],
  ['/v1/session', 'registry'],
  ['/v1/events', 'ingestion'],
  ['/v1/events?batch', 'ingestion'],
  ['/v1/deliveries/8c1f/attempts', 'delivery'],
  ['/v1/replays', 'delivery'],
  ['/v1/circuits?limit=1', 'delivery'],
  ['/v1/failures', 'delivery'],
  ['/v1/statistics?range=24h', 'delivery'],
  ['/', 'registry'],
  ['/console/webhooks', 'registry'],
  ['/v1/nothing', 'registry'],
  ['/v1/eventsandmore', 'registry'],
  ['/v1/constructor', 'registry'],
])('%s goes to %s as it is', (target, service) => {
  expect(routeOf(target)).toEqual({ service, path: target });
});

test.each(['registry', 'ingestion', 'delivery'])('the description of %s has a path of its own', (service) => {
  expect(routeOf(`/openapi/${service}.json`)).toEqual({ service, path: '/openapi.json' });
});
