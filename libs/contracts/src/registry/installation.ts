import { z } from 'zod';
import { REGISTRY_API_KEYS, REGISTRY_TENANTS, REGISTRY_WEBHOOKS } from '../kafka/topics.ts';

/**
 * Topics that have a record on partition 0 which names the installation to which they belong. The first topic settles a race: if
 * two installations claim it at the same time, the one whose record has the lower offset gets it.
 */
export const INSTALLATION_TOPICS: readonly string[] = [REGISTRY_WEBHOOKS, REGISTRY_TENANTS, REGISTRY_API_KEYS];

const PREFIX = 'signet:installation:';

/**
 * The key of the record by which an installation claims a topic. Each installation has a key of its own, so that compaction
 * never removes the first claim because of a later one.
 */
export const installationKey = (installation: string): string => PREFIX + installation;

/** A name for one Signet: 1 to 64 letters, digits, `.`, `_` or `-`. */
export const INSTALLATION_NAME = /^[A-Za-z0-9._-]{1,64}$/;

/** The installation that claims a topic by a record with this key; undefined for every other record. */
export function installationOfKey(key: string): string | undefined {
  const name = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : '';
  return INSTALLATION_NAME.test(name) ? name : undefined;
}

/**
 * Whether a record is about the topic itself, like claims and generation records. It is no entry of the table, and a reader that
 * does not know it ignores it.
 */
export const isAboutTopic = (key: string): boolean => key.startsWith(PREFIX);

/** Names the installation to which a compacted topic belongs. Readers of the table ignore it. */
export const installationRecord = z
  .object({
    installation: z
      .string()
      .regex(INSTALLATION_NAME)
      .describe('SIGNET_INSTALLATION of the services that the topic belongs to.'),
  })
  .meta({
    title: 'Installation',
    description:
      'Which installation the topic belongs to: services of another one refuse to start. Readers of the topic pass over it.',
    examples: [{ installation: 'shop-production' }],
  });
