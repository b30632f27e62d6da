import { describe, expect, test } from '@jest/globals';
import { readArguments } from '../arguments.ts';
import { filled } from './template.policy.ts';

const read = (...typed: string[]) => readArguments(['--peer', 'http://127.0.0.1:4000/events', ...typed]).peer;

describe('what may be typed about a peer', () => {
  test('its address alone: it gets CloudEvents by POST', () => {
    expect(read()).toEqual({
      url: 'http://127.0.0.1:4000/events',
      method: 'POST',
      headers: [],
      body: '{{event}}',
      connections: 32,
      messages: 20_000,
      rate: undefined,
      pids: [],
      receiverPort: 0,
    });
  });

  test('the shape of its requests, its pace and its processes', () => {
    const typed = [
      ...[
        '--peer-method',
        'put',
        '--peer-header',
        'Authorization: Bearer {{env.KEY}}',
        '--peer-header',
        'x-id: {{eventId}}',
      ],
      ...[
        '--peer-body',
        '{"to":"{{receiver}}","data":{{data}}}',
        '--peer-rate',
        '200',
        '--peer-pid',
        '7',
        '--peer-pid',
        '8',
      ],
    ];
    expect(read(...typed)).toMatchObject({
      method: 'PUT',
      headers: [
        ['authorization', 'Bearer {{env.KEY}}'],
        ['x-id', '{{eventId}}'],
      ],
      body: '{"to":"{{receiver}}","data":{{data}}}',
      rate: 200,
      pids: [7, 8],
    });
  });

  test.each([
    ['--peer-method', 'DELETE'],
    ['--peer-header', 'no colon'],
    ['--peer-body', '{{secret}}'],
    ['--peer-body', '@/no/such/file'],
    ['--peer-connections', '257'],
    ['--peer-rate', '10001'],
    ['--messages', '1000001'],
  ])('%s %s is refused', (...typed) => {
    expect(() => read(...typed)).toThrow();
  });

  test.each(['http://localhost:1/', 'http://127.9.9.9/', 'http://2130706433/', 'http://[::1]:9/'])(
    '%s is this machine',
    (url) => expect(readArguments(['--peer', url]).peer?.url).toBe(url),
  );

  test.each([
    'http://192.168.1.4/',
    'https://example.org/',
    'http://localhost.example.org/',
    'http://127.0.0.1.nip.io/',
  ])('%s is another machine: its owner must have said yes, and the load has a rate', (url) => {
    expect(() => readArguments(['--peer', url])).toThrow('is not this machine');
    expect(() => readArguments(['--peer', url, '--peer-elsewhere'])).toThrow('needs --peer-rate');
    expect(readArguments(['--peer', url, '--peer-elsewhere', '--peer-rate', '10']).peer?.rate).toBe(10);
  });

  test('options of a peer without a peer are refused', () => {
    expect(() => readArguments(['kafka', '--peer-pid', '7'])).toThrow('are for --peer URL');
  });
});

test('a template gets the values of a message, and keys out of the environment', () => {
  const values = {
    receiver: 'r',
    eventId: 'e',
    type: 't',
    subject: 's',
    time: 'z',
    data: '{"a":"$&"}',
    dataText: '"x"',
    event: '{}',
  };
  const text = filled('{{eventId}} {{ data }} {{env.KEY}} {{env.NONE}}.', values, { KEY: 'k1' });
  expect(text).toBe('e {"a":"$&"} k1 .');
});
