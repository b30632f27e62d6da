import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ServiceSettings } from '../settings/shared-settings.ts';

/**
 * Names the place of this process so that no two living processes have the same one: the boot of its machine, the network
 * namespace, and the management address that it listens on from its first moment to its last. A process that is frozen
 * still listens there, and a second one could not start; so whoever was at the same place before is dead.
 *
 * @returns undefined where it cannot be told: without a fixed port, and where there is no /proc
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
