import { useLocalStorage } from '@mantine/hooks';
import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { exactTime, instantsIn, timeAgo, utcTime } from '../../format/time.ts';
import { visible } from '../../format/visible.ts';
import { Tip } from './tip.tsx';

export type Times = 'relative' | 'local' | 'utc';

interface TimesContextValue {
  readonly times: Times;
  readonly setTimes: (times: Times) => void;
}

const NowContext = createContext<Date | null>(null);
const TimesContext = createContext<TimesContextValue>({ times: 'relative', setTimes: () => undefined });

/** One clock for all relative times of a page, so that they change together; and how times are shown, which the browser keeps. */
export function Clock({ children }: { readonly children: ReactNode }) {
  const [now, setNow] = useState(() => new Date());
  const [times, setTimes] = useLocalStorage<Times>({ key: 'signet.times', defaultValue: 'relative' });
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 5_000);
    return () => clearInterval(timer);
  }, []);
  const value = useMemo(() => ({ times, setTimes }), [times, setTimes]);
  return (
    <TimesContext.Provider value={value}>
      <NowContext.Provider value={now}>{children}</NowContext.Provider>
    </TimesContext.Provider>
  );
}

export const useTimes = (): TimesContextValue => useContext(TimesContext);

/** The exact time as the user wants it. */
export const useExact = (): ((at: Date) => string) => (useTimes().times === 'utc' ? utcTime : exactTime);

/** The present time of the page's clock, which may be some seconds late. */
export const useNow = (): Date => useContext(NowContext) ?? new Date();

/** The time as the user wants it: relative, or exact. The other forms are on hover. */
export function Ago({ at, never = '–' }: { readonly at: string | null; readonly never?: string }) {
  const now = useNow();
  const { times } = useTimes();
  if (at === null) return <span className="faint">{never}</span>;
  const date = new Date(at);
  const forms = { relative: timeAgo(date, now), local: exactTime(date), utc: utcTime(date) };
  const others = [...new Set(Object.values(forms))].filter((form) => form !== forms[times]);
  return (
    <Tip label={others.join(' · ')}>
      <time dateTime={at} className="number">
        {forms[times]}
      </time>
    </Tip>
  );
}

/** The exact time, with the relative time beside it. */
export function At({ at, never = 'Never' }: { readonly at: string | null; readonly never?: string }) {
  const now = useNow();
  const exact = useExact();
  if (at === null) return <span className="faint">{never}</span>;
  const date = new Date(at);
  return (
    <time dateTime={at} className="number">
      <span className="whole">{exact(date)}</span> <span className="faint whole">({timeAgo(date, now)})</span>
    </time>
  );
}

/** A sentence of the API with its instants in the reader's time zone. */
export function Sentence({ text }: { readonly text: string }) {
  const now = useNow();
  const exact = useExact();
  return instantsIn(visible(text)).map((part, index) =>
    typeof part === 'string' ? (
      part
    ) : (
      <time key={index} dateTime={part.toISOString()} className="number">
        {exact(part)} ({timeAgo(part, now)})
      </time>
    ),
  );
}
