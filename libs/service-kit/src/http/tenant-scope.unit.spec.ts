import { expect, test } from '@jest/globals';
import { scopeOf } from './tenant-scope.ts';

test.each([
  ['an operator sees every tenant', null, undefined, { tenantId: null }],
  ['an operator may name one tenant', null, 'antwerp-jewels', { tenantId: 'antwerp-jewels' }],
  ['a tenant sees its own', 'antwerp-jewels', undefined, { tenantId: 'antwerp-jewels' }],
  ['a tenant may name itself', 'antwerp-jewels', 'antwerp-jewels', { tenantId: 'antwerp-jewels' }],
  ['a tenant that names another sees nothing', 'antwerp-jewels', 'ghent-gems', undefined],
])('%s', (_, tenantId, asked, scope) => {
  expect(scopeOf({ tenantId }, asked)).toEqual(scope);
});
