/** Looks at the measured part of a scenario: from the call of `begin` until the call of what that returns. */
export interface Observer {
  begin(part: string): Promise<() => Promise<void>>;
}

export type Observe = Observer['begin'];

/** Of a run that nothing looks at, and of the warm-up. */
export const unobserved: Observe = () => Promise.resolve(() => Promise.resolve());

/** Several at once: the first one begins first and ends last. */
export const together =
  (observers: readonly Observer[]): Observe =>
  async (part) => {
    const ends: (() => Promise<void>)[] = [];
    for (const observer of observers) ends.unshift(await observer.begin(part));
    return async () => {
      for (const end of ends) await end();
    };
  };
