import { eventTypeByName } from '@signet/contracts';

/** `sale.created` → `Sale Created`; a name that is no longer in the catalogue is returned unchanged. */
export const displayNameOf = (name: string): string => eventTypeByName(name)?.displayName ?? name;
