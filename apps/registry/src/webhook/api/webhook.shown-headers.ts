import { isCredentialHeader, MASKED } from '@signet/egress';

type Texts = Readonly<Record<string, string>>;

/** Headers as they may be seen: of a credential the name. Facts from before credentials were sealed hold some in `headers`. */
export function shownHeaders(headers: Texts, sealedHeaders: Readonly<Record<string, unknown>>): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) shown[name] = isCredentialHeader(name, value) ? MASKED : value;
  for (const name of Object.keys(sealedHeaders)) shown[name] = MASKED;
  return shown;
}
