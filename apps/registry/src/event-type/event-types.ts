import { eventTypeByName } from '@signet/contracts';

/** `sale.created` → `Sale Created`; a name that left the catalogue stands for itself. */
export const displayNameOf = (name: string): string => eventTypeByName(name)?.displayName ?? name;
