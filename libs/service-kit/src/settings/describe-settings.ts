import type { Setting } from './setting.ts';

/** What the reference page shows of a setting. */
export type DescribedSetting = Pick<Setting<unknown>, 'explanation' | 'default'> &
  Partial<Pick<Setting<unknown>, 'optional'>>;

/** Rows of a Markdown table, `| variable | default | meaning |`, in the order of the definitions, without the head. */
export const describeSettings = (definitions: Readonly<Record<string, DescribedSetting>>): string =>
  Object.entries(definitions)
    .map(([name, setting]) => `| ${name} | ${shownDefault(setting)} | ${setting.explanation.replaceAll('|', '\\|')} |`)
    .join('\n');

function shownDefault(setting: DescribedSetting): string {
  if (setting.default === '') return 'empty';
  if (setting.default !== undefined) return `\`${setting.default}\``;
  return setting.optional ? 'none' : 'required';
}
