import { VERSION } from '../version.ts';

/**
 * What a session of a service calls itself in PostgreSQL, such as `registry/0.3.0`. The version tells a contracting migration
 * whether an older service is still at work. Services of 0.2.0 say `registry` only.
 *
 * @param job what the session is for, where it is not the pool of a service
 */
export const applicationName = (schema: string, job?: string): string =>
  `${schema}/${VERSION}${job === undefined ? '' : ` ${job}`}`;

/** The version of the service that a session of this name belongs to; `0.2.0` where it names none; undefined: of no service. */
export function versionOfSession(schema: string, name: string): string | undefined {
  if (name === schema) return '0.2.0';
  return name.startsWith(`${schema}/`) ? name.slice(schema.length + 1).split(' ')[0] : undefined;
}
