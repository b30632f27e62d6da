import { defineEntity, p } from '@mikro-orm/core';
import type { AutomaticReason, Enabling, EnablingFailure } from './enabling.ts';

export const EnablingEntity = defineEntity({
  name: 'Enabling',
  tableName: 'enablings',
  properties: {
    id: p.uuid().primary(),
    disabledAfter: p.datetime(),
    disabledBefore: p.datetime(),
    disabledReason: p.text().$type<AutomaticReason>().nullable(),
    tenantId: p.text().nullable(),
    reason: p.text().nullable(),
    replay: p.text().$type<'missed'>().nullable(),
    state: p.text().$type<Enabling['state']>(),
    total: p.integer(),
    enabled: p.integer(),
    failed: p.integer(),
    failures: p.json<readonly EnablingFailure[]>(),
    placeDisabledAt: p.datetime().nullable(),
    placeId: p.uuid().nullable(),
    createdBy: p.text(),
    keyId: p.text(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    completedAt: p.datetime().nullable(),
  },
});

/** A row of `enablings`. */
export interface EnablingRow extends Omit<Enabling, 'place'> {
  readonly placeDisabledAt: Date | null;
  readonly placeId: string | null;
}
