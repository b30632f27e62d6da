import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { awayAfter, serviceOf, SHOWN_OF } from '../state/away.ts';
import type { AwayServices, Service } from '../state/away.ts';
import { At } from '../ui/display/time.tsx';
import { Note } from '../ui/forms/form.tsx';

const AwayContext = createContext<AwayServices>({});

/** The services that do not answer now, judged by the requests of all pages, each try of a request included. */
export const useAway = (): AwayServices => useContext(AwayContext);

/** The error to show in place of data that was never read: a query forgets its own error while it is tried again. */
export function useShownError(path: string, query: { readonly data?: unknown; readonly error: unknown }): unknown {
  const away = useAway()[serviceOf(path)];
  return query.data === undefined ? (query.error ?? away?.error ?? null) : null;
}

/** Says above every page which service is away, and since when. */
export function ServicesAway({ children }: { readonly children: ReactNode }) {
  const queries = useQueryClient();
  const [away, setAway] = useState<AwayServices>({});
  useEffect(
    () =>
      queries.getQueryCache().subscribe((event) => {
        if (event.type !== 'updated') return;
        const { action, query } = event;
        const [path] = query.queryKey as readonly unknown[];
        if (typeof path !== 'string') return;
        if (action.type === 'success') setAway((before) => awayAfter(before, serviceOf(path), undefined, new Date()));
        if (action.type === 'error' || action.type === 'failed')
          setAway((before) => awayAfter(before, serviceOf(path), action.error, new Date()));
      }),
    [queries],
  );
  return (
    <AwayContext.Provider value={away}>
      <div role="status">
        {(Object.keys(away) as Service[]).map((service) => (
          <Note key={service} tone="bad" title={`${service} does not answer`}>
            Since <At at={away[service]?.since.toISOString() ?? null} />. What you see of {SHOWN_OF[service]} may be old
            or missing. The console goes on asking.
          </Note>
        ))}
      </div>
      {children}
    </AwayContext.Provider>
  );
}
