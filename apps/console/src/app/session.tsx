import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { ApiClient } from '../api/client.ts';
import { ApiProblem, sentenceOf } from '../api/problem.ts';
import type { ApiKey, Tenant } from '../api/types.ts';

/** The signed-in user: the key's first characters, and its tenant unless it is an operator's key. */
export interface Identity {
  readonly key: ApiKey;
  readonly tenant: Tenant | null;
  readonly isOperator: boolean;
}

interface SignedIn {
  readonly api: ApiClient;
  readonly identity: Identity;
  readonly queries: QueryClient;
}

interface Session {
  readonly signedIn: SignedIn | null;
  /** Whether the stored key of this tab is being checked. */
  readonly isRestoring: boolean;
  /** Why the user has to sign in again. */
  readonly notice: string | null;
  signIn(key: string): Promise<void>;
  signOut(): void;
}

/** In sessionStorage: only this tab has it, and it is gone when the tab is closed. */
const STORED = 'signet.key';
const REFUSED = 'Your key is no longer accepted: it may have been revoked. Sign in again.';

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [signedIn, setSignedIn] = useState<SignedIn | null>(null);
  const [isRestoring, setRestoring] = useState(() => sessionStorage.getItem(STORED) !== null);
  const [notice, setNotice] = useState<string | null>(null);

  const leave = useCallback((why: string | null) => {
    sessionStorage.removeItem(STORED);
    setNotice(why);
    setSignedIn((before) => {
      before?.queries.clear();
      return null;
    });
  }, []);

  const admit = useCallback(
    (key: string, identity: Identity) => {
      sessionStorage.setItem(STORED, key);
      setNotice(null);
      // A new query cache, so that this key cannot see data that another key has read.
      setSignedIn({ identity, api: new ApiClient(key, () => leave(REFUSED)), queries: newQueries() });
    },
    [leave],
  );

  useEffect(() => {
    const key = sessionStorage.getItem(STORED);
    if (key === null) return;
    identityOf(new ApiClient(key))
      .then((identity) => admit(key, identity))
      .catch((error: unknown) => {
        // Only a refusal deletes the key; an error of a service that is restarting does not.
        if (error instanceof ApiProblem && error.status === 401) leave(REFUSED);
        else setNotice(`${sentenceOf(error)} Reload the page to try again.`);
      })
      .finally(() => setRestoring(false));
  }, [admit, leave]);

  const session = useMemo<Session>(
    () => ({
      signedIn,
      isRestoring,
      notice,
      signIn: async (key) => admit(key, await identityOf(new ApiClient(key))),
      signOut: () => leave(null),
    }),
    [signedIn, isRestoring, notice, admit, leave],
  );
  return (
    <SessionContext.Provider value={session}>
      {signedIn === null ? children : <QueryClientProvider client={signedIn.queries}>{children}</QueryClientProvider>}
    </SessionContext.Provider>
  );
}

async function identityOf(api: ApiClient): Promise<Identity> {
  const key = await api.get<ApiKey>('/v1/api-keys/current');
  if (key.role === 'producer') {
    throw new ApiProblem(
      403,
      'role_not_allowed',
      "This key is a producer's: it can send events, but not use this console.",
    );
  }
  const tenant = key.tenantId === null ? null : await api.get<Tenant>(`/v1/tenants/${key.tenantId}`);
  return { key, tenant, isOperator: key.role === 'operator' };
}

function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 3_000,
        // A request that the server has understood and refused is not repeated.
        retry: (count, error) =>
          count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('There is no SessionProvider above.');
  return session;
}

/** For components that are rendered only for a signed-in user. */
export function useSignedIn(): SignedIn {
  const { signedIn } = useSession();
  if (signedIn === null) throw new Error('No user is signed in.');
  return signedIn;
}

export const useApi = (): ApiClient => useSignedIn().api;
export const useIdentity = (): Identity => useSignedIn().identity;
