import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Code } from '../../ui/display/code.tsx';
import { Failed, Loading } from '../../ui/feedback/states.tsx';
import { useParam } from '../../ui/use-param.ts';
import styles from './create-webhook-page.module.css';
import { RECEIVERS } from './receivers.ts';

/** The code of a receiver, in one of the languages of the guide. The address holds the language. */
export function ReceiverCode() {
  const [language, setLanguage] = useParam('language');
  const chosen = RECEIVERS.find(({ value }) => value === language) ?? RECEIVERS[0];
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
        onChange={(value) => setLanguage(value)}
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
