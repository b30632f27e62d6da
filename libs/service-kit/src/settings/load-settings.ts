import { readFileSync } from 'node:fs';
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

/** `EX_CONFIG` of sysexits.h: so a supervisor can distinguish it from a crash. */
export const EXIT_BAD_SETTINGS = 78;

/**
 * Reads every setting once. An empty variable counts as unset unless the setting says otherwise.
 *
 * @throws SettingsError that names all faults at once
 */
export function loadSettings<D extends SettingDefinitions>(definitions: D, environment: Environment): SettingsOf<D> {
  const faults: SettingFault[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const given = givenText(name, definition, environment);
    const read = 'sentence' in given ? given : readSetting(name, definition, given.text);
    if ('sentence' in read) faults.push({ name, sentence: read.sentence });
    else values[name] = read.value;
  }
  if (faults.length === 0) {
    for (const [name, { check }] of Object.entries(definitions))
      for (const sentence of check?.(values) ?? []) faults.push({ name, sentence });
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return Object.freeze(values) as SettingsOf<D>;
}

/** For main.ts: like `loadSettings`, but a bad setting ends the process with its sentence on stderr and exit code 78. */
export function settingsFromEnvironment<D extends SettingDefinitions>(definitions: D): SettingsOf<D> {
  try {
    return loadSettings(definitions, process.env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_BAD_SETTINGS);
  }
}

/** The variable's text, for a secret also from the file that `<NAME>_FILE` names, as Kubernetes and Docker mount secrets. */
function givenText(
  name: string,
  { secret }: Setting<unknown>,
  environment: Environment,
): { text: string | undefined } | { sentence: string } {
  const text = environment[name];
  const file = secret ? environment[`${name}_FILE`]?.trim() : undefined;
  if (!file) return { text };
  if (text?.trim()) return { sentence: `${name} and ${name}_FILE are both set; keep one of them.` };
  try {
    return { text: readFileSync(file, 'utf8').replace(/\r?\n$/, '') };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { sentence: `${name}_FILE names a file that cannot be read: ${file} (${code}).` };
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
  // A rule about an item of a list has already quoted it; if it is the only item, that is the whole value.
  const isTold = definition.secret || rule.includes(`"${text}"`);
  return { sentence: isTold ? `${name} ${phrase}.` : `${name} ${phrase}, but it is "${text}".` };
}
