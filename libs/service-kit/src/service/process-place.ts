import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ServiceSettings } from '../settings/shared-settings.ts';

/**
 * A name for the place of this process; no two living processes have the same one. It consists of the boot of the machine, the
 * network namespace, the host name, and the management address, on which the process listens from its start to its end. A frozen
 * process still listens there, so a second one cannot start: if another process had this place before, it is dead.
 *
 * @returns undefined if the place is unknown: without a fixed port, or without /proc
 */
export function processPlace(settings: ServiceSettings): string | undefined {
  const { SIGNET_HOST: host, SIGNET_MANAGEMENT_PORT: port } = settings;
  if (port === 0) return undefined;
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return [boot, readlinkSync('/proc/self/ns/net'), hostname(), `${host}:${port}`].join('/');
  } catch {
    return undefined;
  }
}
