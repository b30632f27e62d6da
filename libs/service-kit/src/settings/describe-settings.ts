import type { Setting } from './setting.ts';

/** The part of a setting that the reference page shows. */
export type DescribedSetting = Pick<Setting<unknown>, 'explanation' | 'default'> &
  Partial<Pick<Setting<unknown>, 'optional' | 'secret'>>;

/** Rows of a Markdown table, `| variable | default | meaning |`, in the order of the definitions, without the head. */
export const describeSettings = (definitions: Readonly<Record<string, DescribedSetting>>): string =>
  Object.entries(definitions)
    .map(
      ([name, setting]) =>
        `| ${name} | ${shownDefault(setting)} | ${explained(name, setting).replaceAll('|', '\\|')} |`,
    )
    .join('\n');

const explained = (name: string, { explanation, secret }: DescribedSetting): string =>
  secret ? `${explanation} ${name}_FILE may name a file that holds the value.` : explanation;

function shownDefault(setting: DescribedSetting): string {
  if (setting.default === '') return 'empty';
  if (setting.default !== undefined) return `\`${setting.default}\``;
  return setting.optional ? 'none' : 'required';
}
