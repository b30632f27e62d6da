import type { Caller } from '@signet/service-kit';

/** The tenant that a caller is confined to; undefined: an operator, who sees all. */
export const tenantOf = (caller: Caller): string | undefined => caller.tenantId ?? undefined;

/** Who did it, as it is kept for ever: the name says it to people, the id stays true when the key is gone. */
export const actorOf = (caller: Caller): string => `${caller.name} (${caller.keyId})`;
