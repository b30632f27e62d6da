import { useSearchParams } from 'wouter';

interface ChangeOptions {
  /** false: a new entry in the browser's history, so that Back leads to the page as it was. */
  readonly replace?: boolean;
  /** What the entry in the browser's history notes. */
  readonly state?: unknown;
}

/** The parameters of the page's address, and a function that changes some of them and keeps the others. */
export function useAddress(): readonly [
  URLSearchParams,
  (edit: (next: URLSearchParams) => void, options?: ChangeOptions) => void,
] {
  const [params, setParams] = useSearchParams();
  return [
    params,
    (edit, { replace = true, state } = {}) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          edit(next);
          return next;
        },
        { replace, state },
      ),
  ];
}

/** One parameter of the page's address; null: the address does not have it. */
export function useParam(
  name: string,
): readonly [string | null, (value: string | null, options?: ChangeOptions) => void] {
  const [params, change] = useAddress();
  return [
    params.get(name),
    (value, options) => change((next) => (value === null ? next.delete(name) : next.set(name, value)), options),
  ];
}
