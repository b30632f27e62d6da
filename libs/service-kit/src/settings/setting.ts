import type { z } from 'zod';

/** One environment variable: how its text is read, and its purpose. */
export interface Setting<T> {
  /** Reads the variable's text. Its messages continue a sentence that begins with the variable's name: `must be a port …`. */
  readonly schema: z.ZodType<T>;
  /** A sentence for the reference page. */
  readonly explanation: string;
  /** The text that is used when the variable is unset, in the variable's own notation. */
  readonly default: string | undefined;
  readonly optional: boolean;
  /** Whether `NAME=` means the empty text; otherwise it means unset. */
  readonly emptyIsValue: boolean;
  /** A secret's value is never repeated in an error, and may be in a file that `<NAME>_FILE` names. */
  readonly secret: boolean;
  /** Gives sentences about contradictions between this setting and others. It is called only if each of them alone is valid. */
  readonly check: ((values: Readonly<Record<string, unknown>>) => readonly string[]) | undefined;
}

export interface SettingOptions {
  readonly default?: string;
  readonly emptyIsValue?: boolean;
  readonly secret?: boolean;
  readonly check?: Setting<unknown>['check'];
}

export type SettingDefinitions = Readonly<Record<string, Setting<unknown>>>;

/** The result of `loadSettings`: the parsed values by the names of their variables. */
export type SettingsOf<D extends SettingDefinitions> = {
  readonly [K in keyof D]: D[K] extends Setting<infer T> ? T : never;
};

/** A setting that must be set unless it has a default. */
export const setting = <T>(schema: z.ZodType<T>, explanation: string, options: SettingOptions = {}): Setting<T> => ({
  schema,
  explanation,
  default: options.default,
  optional: false,
  emptyIsValue: options.emptyIsValue ?? false,
  secret: options.secret ?? false,
  check: options.check,
});

/** A setting that may be left out; its value is undefined then. */
export const optionalSetting = <T>(
  schema: z.ZodType<T>,
  explanation: string,
  options: Omit<SettingOptions, 'default'> = {},
): Setting<T | undefined> => ({
  ...setting<T | undefined>(schema as z.ZodType<T | undefined>, explanation, options),
  optional: true,
});

/** Keeps the type of each setting; the names are the environment variables. */
export const defineSettings = <D extends SettingDefinitions>(definitions: D): D => definitions;
