import type { Caller } from '@signet/service-kit';

/** The tenant that a caller may act for; undefined: an operator, who may act for all. */
export const tenantOf = (caller: Caller): string | undefined => caller.tenantId ?? undefined;

/** The caller as it is stored for ever: people read the name, and the id stays unique when the key is gone. */
export const actorOf = (caller: Caller): string => `${caller.name} (${caller.keyId})`;
