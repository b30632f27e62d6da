import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, useIdentity } from '../app/session.tsx';
import { isOpen } from '../state/health.ts';
import type { KnownCircuit } from '../state/health.ts';
import { REFRESH_MS } from '../ui/lists/pager.tsx';
import { answerOf } from './client.ts';
import { ApiProblem } from './problem.ts';
import type { DeliveryDetails, Tenant } from './model.ts';

/** The event catalogue; it changes only with a release of Signet. */
export function useEventTypes() {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/event-types'],
    queryFn: async ({ signal }) => (await answerOf(api.GET('/v1/event-types', { signal }))).data,
    staleTime: Infinity,
  });
}

export const webhookKey = (id: string) => ['/v1/webhooks', 'one', id] as const;

interface WebhookOptions {
  readonly isWanted?: boolean;
  /** Whether it is read again while it is shown. */
  readonly isRefreshed?: boolean;
}

export function useWebhook(id: string, { isWanted = true, isRefreshed = true }: WebhookOptions = {}) {
  const api = useApi();
  return useQuery({
    queryKey: webhookKey(id),
    queryFn: ({ signal }) => answerOf(api.GET('/v1/webhooks/{id}', { params: { path: { id } }, signal })),
    refetchInterval: isRefreshed && REFRESH_MS,
    enabled: isWanted,
  });
}

/**
 * The circuit of a webhook. Delivery learns of a new webhook over Kafka, so for a moment it answers 404; its circuit counts as closed.
 */
export function useCircuit(webhookId: string): KnownCircuit {
  const api = useApi();
  const { data, isError, errorUpdateCount } = useQuery({
    queryKey: ['/v1/circuits', 'one', webhookId],
    queryFn: async ({ signal }): Promise<KnownCircuit> => {
      try {
        return await answerOf(api.GET('/v1/circuits/{webhookId}', { params: { path: { webhookId } }, signal }));
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return 'closed';
        throw error;
      }
    },
    refetchInterval: REFRESH_MS,
  });
  if (data === undefined) return errorUpdateCount > 0 ? 'unknown' : 'loading';
  return isError && !isOpen(data) ? 'unknown' : data;
}

/** The circuits of a whole list, with one request: the API lists those that are not closed. */
export function useCircuits(): (webhookId: string) => KnownCircuit {
  const api = useApi();
  const { data, isError, errorUpdateCount } = useQuery({
    queryKey: ['/v1/circuits', 'all'],
    queryFn: async ({ signal }) => {
      const page = await answerOf(api.GET('/v1/circuits', { params: { query: { limit: 200 } }, signal }));
      return {
        open: new Map(page.data.map((circuit) => [circuit.webhookId, circuit])),
        areAll: page.nextCursor === null,
      };
    },
    refetchInterval: REFRESH_MS,
  });
  return (webhookId) => {
    if (data === undefined) return errorUpdateCount > 0 ? 'unknown' : 'loading';
    return data.open.get(webhookId) ?? (isError || !data.areAll ? 'unknown' : 'closed');
  };
}

/** A tenant, as it is now. An operator may read every tenant, a tenant itself only. */
export function useTenant(id: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/tenants', 'one', id],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/tenants/{id}', { params: { path: { id: id ?? '' } }, signal })),
    refetchInterval: 30_000,
    enabled: id !== undefined,
  });
}

/** Whether a tenant is suspended, for the rows of a list; undefined where it is not known. */
export function useTenantStatus(): (tenantId: string) => Tenant['status'] | undefined {
  const { isOperator } = useIdentity();
  const own = useOwnTenant().data;
  const tenants = useTenants(isOperator).data;
  return (tenantId) => [own, ...(tenants ?? [])].find((tenant) => tenant?.id === tenantId)?.status;
}

/** Webhooks to choose from: those that the API finds, the newest first. */
export function useWebhookChoices(q = '', isWanted = true) {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/webhooks', 'choices', q],
    queryFn: async ({ signal }) =>
      (await answerOf(api.GET('/v1/webhooks', { params: { query: { limit: 20, q } }, signal }))).data,
    staleTime: 15_000,
    enabled: isWanted,
  });
}

/** The tenants that the API finds for a search, to choose from. */
export function useTenantChoices(q: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/tenants', 'search', q],
    queryFn: async ({ signal }) =>
      (await answerOf(api.GET('/v1/tenants', { params: { query: { limit: 20, q } }, signal }))).data,
    staleTime: 15_000,
  });
}

export function useTenants(isWanted = true) {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/tenants', 'choices'],
    queryFn: async ({ signal }) =>
      (await answerOf(api.GET('/v1/tenants', { params: { query: { limit: 200 } }, signal }))).data,
    staleTime: 15_000,
    enabled: isWanted,
  });
}

/** The tenant of the signed-in user, as it is now; none for an operator. */
export const useOwnTenant = () => useTenant(useIdentity().tenant?.id);

export function useDelivery(id: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/deliveries', 'one', id],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/deliveries/{id}', { params: { path: { id } }, signal })),
    // A delivery that has not ended is read more often.
    refetchInterval: ({ state }) => (hasEnded(state.data) ? 30_000 : 2_000),
  });
}

export function useAttempts(id: string, attemptCount: number | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/deliveries', 'attempts', id, attemptCount],
    queryFn: async ({ signal }) =>
      (await answerOf(api.GET('/v1/deliveries/{id}/attempts', { params: { path: { id } }, signal }))).data,
    placeholderData: (before) => before,
    // The attempts change only when their number changes, which is part of the key.
    staleTime: Infinity,
    enabled: attemptCount !== undefined,
  });
}

const hasEnded = (delivery: DeliveryDetails | undefined): boolean =>
  delivery?.status === 'SUCCESS' || delivery?.status === 'FAILED';

/** Reads everything again whose path begins with one of these segments. */
export function useRefresh() {
  const queries = useQueryClient();
  return (...paths: readonly string[]): Promise<unknown> =>
    Promise.all(paths.map((path) => queries.invalidateQueries({ queryKey: [path] })));
}

export const keysPathOf = (tenantId: string | null): string =>
  tenantId === null ? '/v1/api-keys' : `/v1/tenants/${tenantId}/api-keys`;
