import { expect, test } from '@jest/globals';
import { aclTable } from './acl-table.ts';

const page = `
| who | topics: \`READ\` | topics: \`WRITE\` | topics: \`CREATE\` | topics: \`DESCRIBE\` | topics: \`DESCRIBE_CONFIGS\` | groups: \`READ\`, \`DELETE\` | groups: \`DESCRIBE\` |
|---|---|---|---|---|---|---|---|
| ingestion | the source topics, \`registry.*\` | \`ingestion.*\` | | \`delivery.*\` | \`delivery.*\` | \`signet.ingestion\` | \`signet.*\` |
| \`rebuild\`, \`republish\` | | | \`registry.*\` | | | | |

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
        { on: 'TOPIC', operation: 'DESCRIBE', name: 'acme.delivery.*' },
        { on: 'TOPIC', operation: 'DESCRIBE_CONFIGS', name: 'acme.delivery.*' },
        { on: 'GROUP', operation: 'READ', name: 'acme.signet.ingestion' },
        { on: 'GROUP', operation: 'DELETE', name: 'acme.signet.ingestion' },
        { on: 'GROUP', operation: 'DESCRIBE', name: 'acme.signet.*' },
      ],
    },
    { who: 'rebuild, republish', acls: [{ on: 'TOPIC', operation: 'CREATE', name: 'acme.registry.*' }] },
  ]);
});

test('a page without the table is an error', () => {
  expect(() => aclTable('Text.', '', [])).toThrow('no table');
});
