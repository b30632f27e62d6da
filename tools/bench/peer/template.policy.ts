/** What a template of a request may name. `{{env.NAME}}` is a variable of the environment, so that a key need not be typed. */
export const PLACEHOLDERS = ['receiver', 'eventId', 'type', 'subject', 'time', 'data', 'dataText', 'event'] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

const PLACEHOLDER = /\{\{\s*([\w.]+)\s*\}\}/g;
const ENVIRONMENT = 'env.';

export const unknownPlaceholders = (template: string): string[] =>
  [...template.matchAll(PLACEHOLDER)]
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith(ENVIRONMENT) && !PLACEHOLDERS.some((known) => known === name));

/** The template with a value for each placeholder. A variable that is not set is empty. */
export const filled = (
  template: string,
  values: Readonly<Record<Placeholder, string>>,
  environment: Readonly<Record<string, string | undefined>>,
): string =>
  template.replaceAll(PLACEHOLDER, (_, name: string) =>
    name.startsWith(ENVIRONMENT) ? (environment[name.slice(ENVIRONMENT.length)] ?? '') : values[name as Placeholder],
  );
