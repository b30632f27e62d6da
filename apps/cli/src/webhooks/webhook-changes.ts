import { isCredentialHeader, MASKED } from '@signet/contracts';
import type { UpdateWebhook } from '../api/openapi.gen.ts';
import { UsageError } from '../errors.ts';
import { readJsonObject } from '../session/read-input.ts';
import type { Session } from '../session/session.ts';

/** The options of create and update; fields without an option are given with --data. */
export interface WebhookOptions {
  readonly name?: string;
  readonly url?: string;
  readonly events?: readonly string[];
  readonly description?: string;
  readonly header?: readonly string[];
  readonly data?: string;
}

/** Several values of an option, as words of one argument or with commas between them: `sale.created,sale.updated`. */
export const listed = (text: string, earlier: readonly string[] = []): readonly string[] => [
  ...earlier,
  ...text.split(/[\s,]+/).filter((one) => one !== ''),
];

export const collected = (text: string, earlier: readonly string[] = []): readonly string[] => [...earlier, text];

/** The fields of --data, with those of the options in place of theirs. The registry checks them. */
export async function fieldsOf(session: Session, options: WebhookOptions): Promise<UpdateWebhook> {
  const { name, url, events, description, header, data } = options;
  const given = data === undefined ? {} : await readJsonObject(data, session.surroundings.stdin);
  const headers = header === undefined ? {} : { headers: Object.fromEntries(header.map(headerOf)) };
  const named = Object.fromEntries(
    Object.entries({ name, url, events, description }).filter(([, value]) => value !== undefined),
  );
  return { ...given, ...named, ...headers };
}

/** Other users of a machine can see the arguments of a process, and the shell keeps them: a credential is none. `***` keeps the stored one. */
function headerOf(text: string): [string, string] {
  const at = text.indexOf(':');
  if (at < 1) throw new UsageError(`--header is "name: value", not "${text}".`);
  const [name, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (isCredentialHeader(name, value) && value !== MASKED)
    throw new UsageError(
      `The header "${name}" is taken for a credential, and others can see arguments. Give it in a file or by stdin: --data FILE with {"headers": {"${name}": "…"}}.`,
    );
  return [name, value];
}
