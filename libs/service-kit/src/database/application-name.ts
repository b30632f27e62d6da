import { VERSION } from '../version.ts';

/**
 * The application name of a service's session in PostgreSQL, such as `registry/0.3.0`. From the version, a contracting migration
 * knows whether an older service still runs. Services of 0.2.0 use `registry` only.
 *
 * @param job the purpose of the session, if it is not of the pool of a service
 */
export const applicationName = (schema: string, job?: string): string =>
  `${schema}/${VERSION}${job === undefined ? '' : ` ${job}`}`;

/** The version of the service to which a session of this name belongs; `0.2.0` if the name has no version; undefined: no service. */
export function versionOfSession(schema: string, name: string): string | undefined {
  if (name === schema) return '0.2.0';
  return name.startsWith(`${schema}/`) ? name.slice(schema.length + 1).split(' ')[0] : undefined;
}
