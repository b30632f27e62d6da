import type { Setting, SettingDefinitions, SettingsOf } from './setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface SettingFault {
  readonly name: string;
  /** A sentence that names the variable and the rule. */
  readonly sentence: string;
}

/** Every variable that is missing or bad; the message has a sentence for each. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'invalid_settings';
  readonly faults: readonly SettingFault[];

  constructor(faults: readonly SettingFault[]) {
    super(faults.map((fault) => fault.sentence).join('\n'));
    this.faults = faults;
  }
}

/** `EX_CONFIG` of sysexits.h: a supervisor may tell it from a crash. */
export const EXIT_BAD_SETTINGS = 78;

/**
 * Reads every setting once. An empty variable counts as unset unless the setting says otherwise.
 *
 * @throws SettingsError naming all that is wrong at once
 */
export function loadSettings<D extends SettingDefinitions>(definitions: D, environment: Environment): SettingsOf<D> {
  const faults: SettingFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const read = readSetting(name, definition, environment[name]);
    if ('sentence' in read) faults.push({ name, sentence: read.sentence });
    else values[name] = read.value;
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return Object.freeze(values) as SettingsOf<D>;
}

/** For main.ts: as `loadSettings`, but a bad setting ends the process with its sentence on stderr and exit code 78. */
export function settingsFromEnvironment<D extends SettingDefinitions>(definitions: D): SettingsOf<D> {
  try {
    return loadSettings(definitions, process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_BAD_SETTINGS);
  }
}

function readSetting(
  name: string,
  definition: Setting<unknown>,
  raw: string | undefined,
): { value: unknown } | { sentence: string } {
  const isUnset = raw === undefined || (raw.trim() === '' && !definition.emptyIsValue);
  const text = isUnset ? definition.default : raw;
  if (text === undefined) {
    if (definition.optional) return { value: undefined };
    return { sentence: `${name} is not set. ${definition.explanation}` };
  }
  const parsed = definition.schema.safeParse(text);
  if (parsed.success) return { value: parsed.data };
  const rule = parsed.error.issues[0]?.message ?? 'is not valid';
  const phrase = /^(must|is|has|names) /.test(rule) ? rule : `is not valid: ${rule}`;
  return { sentence: definition.secret ? `${name} ${phrase}.` : `${name} ${phrase}, but it is "${text}".` };
}
