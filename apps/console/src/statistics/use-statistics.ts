import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answerOf } from '../api/client.ts';
import type { StatisticsGroup } from '../api/model.ts';
import { useApi } from '../app/session.tsx';
import { PRESETS } from '../format/time-filter.ts';
import { REFRESH_MS } from '../ui/lists/pager.tsx';
import { useParam } from '../ui/use-param.ts';

export type Range = (typeof PRESETS)[number]['value'];
const DEFAULT_RANGE: Range = '24h';

/** The longer ranges change too little to be read as often as lists. */
const SLOW_REFRESH_MS = 30_000;

/** The time range of the numbers, which is in the address of the page. */
export function useRange(): readonly [Range, (range: Range) => void] {
  const [asked, setAsked] = useParam('range');
  const range = PRESETS.find(({ value }) => value === asked)?.value ?? DEFAULT_RANGE;
  return [range, (chosen) => setAsked(chosen === DEFAULT_RANGE ? null : chosen)];
}

/** Whether the numbers are shown as a table, too, which is in the address of the page. */
export function useTable(): readonly [boolean, () => void] {
  const [asked, setAsked] = useParam('table');
  const isTable = asked !== null;
  return [isTable, () => setAsked(isTable ? null : 'true')];
}

/** `in the last 24 hours` */
export const inRange = (range: Range): string =>
  `in the ${PRESETS.find(({ value }) => value === range)?.name.toLowerCase() ?? range}`;

/** Whose deliveries are counted; everything that the user may see by default. An operator names the tenant of a webhook. */
export interface Scope {
  readonly tenantId?: string | undefined;
  readonly webhookId?: string | undefined;
}

export function useStatistics(scope: Scope, range: Range, groupBy?: 'webhook' | 'tenant') {
  const api = useApi();
  const query = { ...scope, range, ...(groupBy && { groupBy, limit: 10 }) };
  return useQuery({
    queryKey: ['/v1/statistics', query],
    queryFn: ({ signal }) => answerOf(api.GET('/v1/statistics', { params: { query }, signal })),
    placeholderData: keepPreviousData,
    refetchInterval: range === '1h' ? REFRESH_MS : SLOW_REFRESH_MS,
  });
}

/** The numbers of the last 24 hours of each webhook on a page of a list, with one request for all of them. */
export function useSeries(webhookIds: readonly string[]) {
  const api = useApi();
  return useQuery({
    queryKey: ['/v1/statistics', 'series', webhookIds],
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, StatisticsGroup>> => {
      const query = { range: '24h', groupBy: 'webhook', webhookIds: webhookIds.join() } as const;
      const { groups } = await answerOf(api.GET('/v1/statistics', { params: { query }, signal }));
      return new Map(groups.map((group) => [group.key, group]));
    },
    placeholderData: keepPreviousData,
    refetchInterval: SLOW_REFRESH_MS,
    enabled: webhookIds.length > 0,
  });
}
