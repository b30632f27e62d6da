import type { SettingsChanges, WebhookSettings } from './webhook.events.ts';

type Texts = Readonly<Record<string, string>>;

/** The change to a header with a credential: it stays as it is, or gets another value, sealed. */
export type AskedCredential =
  | 'kept'
  | {
      readonly sealed: string;
      /**
       * The present sealed text, if it holds the same value. If the webhook still has it when the change is decided,
       * nothing changes.
       */
      readonly sameAs?: string;
    };

/** The value of a header; names are compared case-insensitively. */
export function underName(headers: Texts, name: string): string | undefined {
  const lower = name.toLowerCase();
  const found = Object.keys(headers).find((header) => header.toLowerCase() === lower);
  return found === undefined ? undefined : headers[found];
}

/**
 * The settings after a change. A credential that stays is not repeated in the fact, so that its sealed text lies in
 * one place only. A fact from before credentials were sealed holds all headers in `headers`.
 */
export function changedSettings<Settings extends Pick<WebhookSettings, 'sealedHeaders'>>(
  settings: Settings,
  { sealedHeaders, ...others }: SettingsChanges,
): Settings {
  if (sealedHeaders === undefined) {
    return { ...settings, ...others, ...(others.headers !== undefined && { sealedHeaders: {} }) };
  }
  const entries = Object.entries(sealedHeaders).map(([name, sealed]) => [
    name,
    sealed ?? underName(settings.sealedHeaders, name) ?? '',
  ]);
  return { ...settings, ...others, sealedHeaders: Object.fromEntries(entries) as Texts };
}

/**
 * The headers of a settings change: both kinds, or neither if all headers stay as they are. `missing` names a
 * credential that was to stay but does not exist.
 */
export function headerChanges(
  settings: Pick<WebhookSettings, 'headers' | 'sealedHeaders'>,
  headers: Texts,
  asked: Readonly<Record<string, AskedCredential>>,
): Pick<SettingsChanges, 'headers' | 'sealedHeaders'> | { readonly missing: string } {
  const sealedHeaders: Record<string, string | null> = {};
  for (const [name, credential] of Object.entries(asked)) {
    const known = underName(settings.sealedHeaders, name);
    if (credential === 'kept' && known === undefined) return { missing: name };
    const stays = credential === 'kept' || (known !== undefined && credential.sameAs === known);
    sealedHeaders[name] = stays ? null : credential.sealed;
  }
  const staysAll =
    sameTexts(headers, settings.headers) &&
    sameNames(sealedHeaders, settings.sealedHeaders) &&
    Object.values(sealedHeaders).every((sealed) => sealed === null);
  return staysAll ? {} : { headers, sealedHeaders };
}

const sameNames = (one: object, other: object): boolean =>
  Object.keys(one).length === Object.keys(other).length && Object.keys(one).every((name) => Object.hasOwn(other, name));

const sameTexts = (one: Texts, other: Texts): boolean =>
  sameNames(one, other) && Object.entries(one).every(([name, text]) => other[name] === text);
