import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { Code } from '../../ui/display/code.tsx';
import { Failed, Loading } from '../../ui/feedback/states.tsx';
import styles from './create-webhook-page.module.css';
import { RECEIVERS } from './receivers.ts';

/** The code of a receiver, in one of the languages of the guide. The address holds the language. */
export function ReceiverCode() {
  const [params, setParams] = useSearchParams();
  const chosen = RECEIVERS.find(({ value }) => value === params.get('language')) ?? RECEIVERS[0];
  const code = useQuery({
    queryKey: ['receiver', chosen.value],
    queryFn: () => chosen.load(),
    staleTime: Infinity,
    retry: false,
  });
  return (
    <div className={styles['code']}>
      <SegmentedControl
        size="xs"
        className={styles['languages'] ?? ''}
        aria-label="Language"
        value={chosen.value}
        data={RECEIVERS.map(({ value, name }) => ({ value, label: name }))}
        onChange={(language) =>
          setParams(
            (before) => {
              const next = new URLSearchParams(before);
              next.set('language', language);
              return next;
            },
            { replace: true },
          )
        }
      />
      {code.data !== undefined ? (
        <Code text={code.data} what={`the file ${chosen.file}`} />
      ) : code.error ? (
        <Failed error={code.error} onRetry={() => void code.refetch()} />
      ) : (
        <Loading lines={8} />
      )}
    </div>
  );
}
