import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { TOPICS } from '@signet/contracts';
import { ROOT } from '../dev/settings.ts';
import { PICTURES, SCREENSHOT, SCREENSHOTS } from './pictures.ts';

const MAX_SCREENSHOT_BYTES = 250_000;
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const diagram = readFileSync(join(ROOT, PICTURES, 'services-and-topics.svg'), 'utf8');
const words = [...diagram.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text);

test('the README shows every picture that lies in the folder, and no other', () => {
  const shown = [...readme.matchAll(/docs\/pictures\/([\w.-]+)/g)].map(([, name]) => name);
  expect([...new Set(shown)].toSorted()).toEqual(readdirSync(join(ROOT, PICTURES)).toSorted());
});

test('the diagram names every service and every topic, and no topic that there is not', () => {
  expect(words).toEqual(expect.arrayContaining(['registry', 'ingestion', 'delivery']));
  const topics = words.filter((word) => word?.endsWith('.v1'));
  expect(topics.toSorted()).toEqual(TOPICS.map(({ name }) => name).toSorted());
});

test('the diagram has colours for a dark page', () => expect(diagram).toContain('prefers-color-scheme: dark'));

test.each(Object.keys(SCREENSHOTS))('%s has the size of a screenshot, and is not too large for a page', (name) => {
  const png = readFileSync(join(ROOT, PICTURES, name));
  // The header of a PNG: width and height are the first two numbers behind "IHDR".
  expect({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) }).toEqual(SCREENSHOT);
  expect(png.length).toBeLessThan(MAX_SCREENSHOT_BYTES);
});

test.each(Object.entries(SCREENSHOTS))('%s shows a page that the console still has: %s', (_, page) => {
  const pages = readdirSync(join(ROOT, 'apps/console/src/pages'));
  expect(pages).toContain(page);
});
