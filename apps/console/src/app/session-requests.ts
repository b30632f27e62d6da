import { answerOf, apiClient } from '../api/client.ts';
import { ApiProblem, sentenceOf } from '../api/problem.ts';
import type { ApiKey, Tenant } from '../api/model.ts';

/** The signed-in user: the key's first characters, and its tenant unless it is an operator's key. */
export interface Identity {
  readonly key: ApiKey;
  readonly tenant: Tenant | null;
  readonly isOperator: boolean;
}

export interface WhoIsSignedIn {
  readonly identity: Identity;
  /** null: the browser has no session. */
  readonly expiresAt: string | null;
}

const REFUSED = 'Your key is no longer accepted: it may have been revoked, or you have signed out. Sign in again.';
const EXPIRED = 'Your session has ended, since its time is over. Sign in again.';
const PRODUCER = "This key is a producer's: it can send events, but not use this console.";

/** Whether a service does not know who asks (401). */
export const isRefusal = (error: unknown): error is ApiProblem => error instanceof ApiProblem && error.status === 401;

/** Exchanges the key for the cookie of a session, which no script can read. */
export async function beginSession(key: string): Promise<void> {
  try {
    await apiClient().POST('/v1/session', { headers: { authorization: `Bearer ${key}` } });
  } catch (error) {
    if (!(error instanceof ApiProblem && error.code === 'role_not_allowed')) throw error;
    throw new ApiProblem(error.status, error.code, PRODUCER);
  }
}

/** Ends the session of all tabs; resolves to null, or to a sentence where it has not ended. */
export async function endSession(): Promise<string | null> {
  try {
    await apiClient().DELETE('/v1/session');
    return null;
  } catch (error) {
    // It is over already.
    if (isRefusal(error)) return null;
    return `You are still signed in: ${sentenceOf(error)} Reload the page, and sign out again.`;
  }
}

/** @throws ApiProblem 401 where nobody is signed in */
export async function whoIsSignedIn(): Promise<WhoIsSignedIn> {
  const api = apiClient();
  const { tenantId, expiresAt } = await answerOf(api.GET('/v1/session'));
  const [key, tenant] = await Promise.all([
    answerOf(api.GET('/v1/api-keys/current')),
    tenantId === null ? null : answerOf(api.GET('/v1/tenants/{id}', { params: { path: { id: tenantId } } })),
  ]);
  return { identity: { key, tenant, isOperator: key.role === 'operator' }, expiresAt };
}

/**
 * To be asked after a 401: resolves to the reason why the session is over, or to null while it is not. The registry decides: the
 * other services learn of a new session over Kafka, so one of them may not have known it yet.
 */
export async function reasonToLeave(expiresAt: string | null): Promise<string | null> {
  try {
    await apiClient().GET('/v1/session');
    return null;
  } catch (error) {
    if (!isRefusal(error)) return null;
    return expiresAt !== null && Date.parse(expiresAt) <= Date.now() ? EXPIRED : REFUSED;
  }
}
