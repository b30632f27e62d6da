import type { Setting, SettingDefinitions } from './setting.ts';

/** Rows of a Markdown table, `| variable | default | meaning |`, in the order of the definitions, without the head. */
export const describeSettings = (definitions: SettingDefinitions): string =>
  Object.entries(definitions)
    .map(([name, setting]) => `| ${name} | ${shownDefault(setting)} | ${setting.explanation.replaceAll('|', '\\|')} |`)
    .join('\n');

function shownDefault(setting: Setting<unknown>): string {
  if (setting.default === '') return 'empty';
  if (setting.default !== undefined) return `\`${setting.default}\``;
  return setting.optional ? 'none' : 'required';
}
