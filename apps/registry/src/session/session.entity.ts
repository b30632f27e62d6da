import { defineEntity, p } from '@mikro-orm/core';

export const SessionEntity = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    hash: p.text().primary(),
    keyId: p.uuid(),
    keyHash: p.text(),
    startedAt: p.datetime(),
    expiresAt: p.datetime(),
  },
});

/** A row of `sessions`: a browser that is signed in. */
export interface SessionRow {
  /** SHA-256 of the token in the cookie, lower-case hex. */
  readonly hash: string;
  readonly keyId: string;
  /** Hash of the key at the sign-in: when the first operator key follows its setting, the sessions of its former value are over. */
  readonly keyHash: string;
  readonly startedAt: Date;
  readonly expiresAt: Date;
}
