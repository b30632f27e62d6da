import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { fieldErrors } from './field-errors.ts';

const schema = z.strictObject({
  name: z.string().min(1).max(5),
  url: z.url(),
  events: z.array(z.enum(['a', 'b'])).min(1),
  since: z.iso.datetime().optional(),
  id: z.uuid().optional(),
  limit: z.number().int().max(200).optional(),
  owner: z.strictObject({ email: z.email() }).optional(),
  secret: z
    .string()
    .refine((value) => value.startsWith('whsec_'), {
      error: 'It must start with whsec_',
      params: { rule: 'secret_format' },
    })
    .optional(),
  when: z.union([z.literal('now'), z.strictObject({ at: z.string() })]).optional(),
});

const valid = { name: 'x', url: 'https://a.example/', events: ['a'] };
const errorsOf = (input: unknown) => {
  const parsed = schema.safeParse(input);
  return parsed.success ? [] : fieldErrors(parsed.error.issues, input, 'body');
};

describe('what a schema found wrong', () => {
  test('is nothing for what fits', () => {
    expect(errorsOf(valid)).toEqual([]);
  });

  test.each([
    [{ ...valid, nmae: 1 }, 'nmae', 'unknown_field', 'There is no field "nmae" here.'],
    [{ ...valid, owner: { email: 'a@b.example', x: 1 } }, 'owner.x', 'unknown_field', 'There is no field "x" here.'],
    [{ ...valid, name: undefined }, 'name', 'required', 'It is required.'],
    [{ ...valid, owner: {} }, 'owner.email', 'required', 'It is required.'],
    [{ ...valid, name: null }, 'name', 'invalid_type', 'It must be a string.'],
    [{ ...valid, events: {} }, 'events', 'invalid_type', 'It must be an array.'],
    [{ ...valid, name: '' }, 'name', 'too_small', 'It must have at least 1 character.'],
    [{ ...valid, name: 'too long' }, 'name', 'too_big', 'It must have at most 5 characters.'],
    [{ ...valid, events: [] }, 'events', 'too_small', 'It must have at least 1 item.'],
    [{ ...valid, limit: 201 }, 'limit', 'too_big', 'It must be at most 200.'],
    [{ ...valid, events: ['a', 'c'] }, 'events.1', 'not_allowed', 'It must be one of a, b.'],
    [{ ...valid, url: 'nowhere' }, 'url', 'invalid_url', 'It must be a URL.'],
    [{ ...valid, id: '7' }, 'id', 'invalid_uuid', 'It must be a UUID.'],
    [
      { ...valid, since: 'noon' },
      'since',
      'invalid_datetime',
      'It must be a time in RFC 3339, such as 2026-01-31T12:00:00Z.',
    ],
    [{ ...valid, secret: 'x' }, 'secret', 'secret_format', 'It must start with whsec_.'],
    [{ ...valid, when: { at: 1 } }, 'when.at', 'invalid_type', 'It must be a string.'],
    [undefined, 'body', 'required', 'It is required.'],
    ['text', 'body', 'invalid_type', 'It must be an object.'],
  ])('%j: %s breaks %s', (input, field, rule, detail) => {
    expect(errorsOf(input)).toEqual([{ field, rule, detail }]);
  });

  test('names every field at once', () => {
    expect(errorsOf({ a: 1, b: 2 }).map(({ field }) => field)).toEqual(['name', 'url', 'events', 'a', 'b']);
  });
});
