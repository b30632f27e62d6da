import { expect, test } from '@jest/globals';
import { newestReleased } from './earlier-version.ts';

test('the version before is the newest minor one with a date', () => {
  const changelog =
    '# Changelog\n\n## [0.4.0] - Unreleased\n\n## [0.3.1] - 2026-02-02\n\n## [0.3.0] - 2026-01-01\n\n## [0.2.0] - 2025-12-01\n';
  expect(newestReleased(changelog)).toBe('0.3.0');
});

test('without a released version there is an error', () => {
  expect(() => newestReleased('## [0.1.0] - Unreleased\n')).toThrow('no version that is out');
});
