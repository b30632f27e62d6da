import { expect, test } from '@jest/globals';
import { parseCommand } from './arguments.ts';
import type { Command } from './arguments.ts';

const now = new Date('2026-03-01T10:00:00Z');
const topic = 'ingestion.dead-letter.v1';
const command = (line: string): Command => parseCommand(line === '' ? [] : line.split(' '), now);

test.each<[line: string, command: object]>([
  ['', { name: 'help' }],
  ['list --help', { name: 'help' }],
  ['list', { name: 'list', topic, reason: undefined, since: new Date(0), limit: 50 }],
  [
    'list --topic delivery.dead-letter.v1 --reason invalid_data --since 2h --limit 7',
    {
      name: 'list',
      topic: 'delivery.dead-letter.v1',
      reason: 'invalid_data',
      since: new Date('2026-03-01T08:00:00Z'),
      limit: 7,
    },
  ],
  ['list --since 2026-02-28T00:00:00Z', { name: 'list', since: new Date('2026-02-28T00:00:00Z') }],
  ['show 0:12', { name: 'show', topic, place: { partition: 0, offset: 12n }, isRaw: false }],
  ['show 3:9007199254740993 --raw', { place: { partition: 3, offset: 9007199254740993n }, isRaw: true }],
  [
    'put-back 0:1 0:2 --set-header ce_tenantid=antwerp --set-header x=a=b',
    {
      name: 'put-back',
      topic,
      places: [
        { partition: 0, offset: 1n },
        { partition: 0, offset: 2n },
      ],
      dataFile: undefined,
      headers: { ce_tenantid: 'antwerp', x: 'a=b' },
    },
  ],
  ['put-back 0:1 --data mended.json', { name: 'put-back', dataFile: 'mended.json', headers: {} }],
])('"%s" is understood', (line, expected) => expect(command(line)).toMatchObject(expected));

test.each<[line: string, says: RegExp]>([
  ['lost', /no command "lost"/],
  ['list 0:1', /list takes no "0:1"/],
  ['list --raw', /list takes no --raw/],
  ['list --since yesterday', /--since is a time or how long ago, not "yesterday"/],
  ['list --limit 0', /--limit is a number from 1 on, not "0"/],
  ['list --limit many', /--limit/],
  ['list --colour', /--colour/],
  ['show', /show needs a PLACE/],
  ['show 0:1 0:2', /one PLACE/],
  ['show 12', /"12" is no PLACE/],
  ['put-back', /put-back needs a PLACE/],
  ['put-back 0:-1', /-1/],
  ['put-back 0:1 0:2 --data mended.json', /one PLACE/],
  ['put-back 0:1 --set-header ce_tenantid', /NAME=VALUE, not "ce_tenantid"/],
  ['put-back 0:1 --limit 3', /put-back takes no --limit/],
])('"%s" is not', (line, says) => expect(() => command(line)).toThrow(says));
