import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { ApiClient } from '../api/client.ts';
import { ApiProblem, sentenceOf } from '../api/problem.ts';
import type { ApiKey, Tenant } from '../api/types.ts';

/** Who is signed in: the key by its first characters, and its tenant unless it is an operator's. */
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
  /** A key of this tab is being looked at. */
  readonly isRestoring: boolean;
  /** Why somebody has to sign in again. */
  readonly notice: string | null;
  signIn(key: string): Promise<void>;
  signOut(): void;
}

/** This tab's only, and gone with it. */
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
      // Nothing that another key has read is left to this one.
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
        // Only a refusal forgets the key; a service that starts again does not.
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
    throw new ApiProblem(403, 'role_not_allowed', "This is a producer's key: it posts events, and sees nothing here.");
  }
  const tenant = key.tenantId === null ? null : await api.get<Tenant>(`/v1/tenants/${key.tenantId}`);
  return { key, tenant, isOperator: key.role === 'operator' };
}

function newQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 3_000,
        // What the server has understood and refused, it refuses again.
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

/** For what is shown to those who are signed in only. */
export function useSignedIn(): SignedIn {
  const { signedIn } = useSession();
  if (signedIn === null) throw new Error('Nobody is signed in.');
  return signedIn;
}

export const useApi = (): ApiClient => useSignedIn().api;
export const useIdentity = (): Identity => useSignedIn().identity;
