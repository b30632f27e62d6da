import { expect, test } from '@jest/globals';
import { writeFormats } from '@signet/contracts';
import { isReadByVersionBefore, reasonAgainstWriting } from './readers.policy.ts';

const chosen = writeFormats({ 'request-bundles': 2 });

test.each([
  ['the default, beside an older version', writeFormats(), ['0.2.0', '0.3.0'], false],
  ['the new format, alone', chosen, [], false],
  ['the new format, beside versions that read it', chosen, ['0.3.0', '0.3.1', '0.4.0'], false],
  ['the new format, beside a pre-release that reads it', chosen, ['0.3.0-rc.1'], false],
  ['the new format, beside an older version', chosen, ['0.3.0', '0.2.0'], true],
] as const)('%s', (_what, formats, connected, isRefused) => {
  expect(reasonAgainstWriting('delivery', formats, connected) !== undefined).toBe(isRefused);
});

test('the sentence names the format, each older version once, and what to do', () => {
  expect(reasonAgainstWriting('delivery', chosen, ['0.2.1', '0.3.0', '0.2.0', '0.2.1'])).toBe(
    'SIGNET_WRITE_FORMATS has request-bundles=2, and sessions of version 0.2.0, 0.2.1 use the schema delivery, ' +
      'whose services read it from 0.3.0 on: take the setting away until no older replica is left.',
  );
});

test.each([
  [1, '0.3.0', true],
  [2, '0.3.0', false],
  [2, '0.3.1', false],
  [2, '0.4.0', true],
])('format %i of request-bundles: does the version before %s read it? %s', (format, own, isRead) =>
  expect(isReadByVersionBefore('request-bundles', format, own)).toBe(isRead),
);
