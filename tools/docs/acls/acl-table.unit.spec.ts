import { expect, test } from '@jest/globals';
import { aclTable } from './acl-table.ts';

const page = `
| who | topics: \`READ\` | topics: \`WRITE\` | topics: \`CREATE\` | groups: \`READ\`, \`DELETE\` |
|---|---|---|---|---|
| ingestion | the source topics, \`registry.*\` | \`ingestion.*\` | | \`signet.ingestion\` |
| \`rebuild\`, \`republish\` | | | \`registry.*\` | |

Text.
`;

test('a row becomes the ACLs of its columns, source topics without the prefix', () => {
  expect(aclTable(page, 'acme.', ['shop.sale'])).toEqual([
    {
      who: 'ingestion',
      acls: [
        { on: 'TOPIC', operation: 'READ', name: 'shop.sale' },
        { on: 'TOPIC', operation: 'READ', name: 'acme.registry.*' },
        { on: 'TOPIC', operation: 'WRITE', name: 'acme.ingestion.*' },
        { on: 'GROUP', operation: 'READ', name: 'acme.signet.ingestion' },
        { on: 'GROUP', operation: 'DELETE', name: 'acme.signet.ingestion' },
      ],
    },
    { who: 'rebuild, republish', acls: [{ on: 'TOPIC', operation: 'CREATE', name: 'acme.registry.*' }] },
  ]);
});

test('a page without the table is an error', () => {
  expect(() => aclTable('Text.', '', [])).toThrow('no table');
});
