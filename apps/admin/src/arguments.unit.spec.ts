import { expect, test } from '@jest/globals';
import { askedOf, USAGE } from './arguments.ts';

test('a command goes to every service that has a part of it, with its own arguments', () => {
  expect(askedOf(['migrate', '--phase', 'contract'])).toEqual({
    kind: 'services',
    name: 'migrate',
    services: ['registry', 'delivery'],
    args: ['--phase', 'contract'],
    isJson: false,
  });
});

test('it can be limited to one service, and print JSON', () => {
  expect(askedOf(['rebuild', '--json', '--service', 'delivery'])).toMatchObject({
    services: ['delivery'],
    args: [],
    isJson: true,
  });
  expect(askedOf(['reseal', '--service', 'ingestion'])).toEqual({
    kind: 'wrong',
    sentence: 'reseal is for registry, delivery, not for "ingestion".',
  });
});

test('dead letters and secrets have programs of their own', () => {
  expect(askedOf(['dead-letters', 'list', '--json'])).toEqual({
    kind: 'program',
    program: 'apps/ingestion/dist/commands/dead-letters.js',
    args: ['list', '--json'],
  });
});

test('help is there for all and for each', () => {
  for (const asked of [[], ['--help'], ['help']]) expect(askedOf(asked)).toEqual({ kind: 'help', text: USAGE });
  expect(askedOf(['migrate', '--help'])).toMatchObject({
    kind: 'help',
    text: expect.stringMatching(/^signet-admin migrate /) as unknown,
  });
});

test('an unknown command shows the known ones', () => {
  expect(askedOf(['migrat'])).toMatchObject({
    kind: 'wrong',
    sentence: expect.stringMatching(/^There is no command "migrat"\.[^]*unreadable-webhooks/) as unknown,
  });
});
