import { expect, test } from '@jest/globals';
import { parseWriteFormats, readSince, WIRE_FORMATS, writeFormats } from './wire-formats.ts';

test.each(Object.entries(WIRE_FORMATS))('%s: this version reads what it writes', (_name, { reads, writes }) => {
  expect(reads).toContain(writes);
});

test('each format is written as the version before reads it, unless it is named', () => {
  expect(writeFormats()['request-bundles']).toBe(1);
  expect(parseWriteFormats('')).toEqual(writeFormats());
  expect(parseWriteFormats(' request-bundles=2 ,')).toEqual({ ...writeFormats(), 'request-bundles': 2 });
});

test('a format that is not written by default yet tells which version reads it first', () => {
  const formats: readonly (readonly [string, { reads: readonly number[]; writes: number }])[] =
    Object.entries(WIRE_FORMATS);
  for (const [name, { reads, writes }] of formats)
    for (const format of reads.filter((number) => number > writes))
      expect(readSince(name as 'request-bundles', format)).toMatch(/^\d+\.\d+\.0$/);
  expect(readSince('request-bundles', 1)).toBeUndefined();
});

test('a format that there is not, or that this version does not read, is refused', () => {
  expect(parseWriteFormats('bundles=2')).toEqual({
    fault: expect.stringMatching(/^has no format "bundles": there are request-bundles, requests, /) as unknown,
  });
  expect(parseWriteFormats('request-bundles=3')).toEqual({
    fault: 'has request-bundles=3, but this version knows 1 and 2 of it',
  });
});
