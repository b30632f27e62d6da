import { isCredentialHeader, MASKED } from '@signet/contracts';

type Texts = Readonly<Record<string, string>>;

/**
 * The headers as they may be shown: of a credential only its name. Facts from before credentials were sealed hold
 * some credentials in `headers`.
 */
export function shownHeaders(headers: Texts, sealedHeaders: Readonly<Record<string, unknown>>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) shown[name] = isCredentialHeader(name, value) ? MASKED : value;
  for (const name of Object.keys(sealedHeaders)) shown[name] = MASKED;
  return shown;
}
