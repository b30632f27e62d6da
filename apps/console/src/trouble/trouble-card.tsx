import type { ReactNode } from 'react';
import type { Attempt } from '../api/model.ts';
import { firstLines } from '../format/first-lines.ts';
import { visible } from '../format/visible.ts';
import { At } from '../ui/display/time.tsx';
import { HttpStatus, errorName } from '../ui/feedback/status.tsx';
import { Fact, Facts } from '../ui/layout/page.tsx';
import type { Advice } from './advice.policy.ts';
import styles from './trouble-card.module.css';

const WHOSE: Readonly<Record<Advice['whose'], string>> = {
  receiver: 'The receiver',
  platform: 'Signet itself',
  nobody: 'Nobody',
};

interface TroubleCardProps {
  /** The state that the trouble has led to, such as "Deliveries are held back". */
  readonly title: string;
  readonly lead?: ReactNode;
  readonly advice: Advice | undefined;
  readonly attempt: Attempt | undefined;
  readonly since?: string | null;
  readonly children?: ReactNode;
  readonly actions: ReactNode;
}

/** What is wrong: the state, the last answer, since when, whose fault it is, what to do, and the buttons for it. */
export function TroubleCard({ title, lead, advice, attempt, since = null, children, actions }: TroubleCardProps) {
  return (
    <section className={styles['card']} aria-label="What is wrong">
      <h2 className={styles['title']}>{title}</h2>
      {lead && <p className={styles['lead']}>{lead}</p>}
      {advice && (
        <div className={styles['advice']}>
          <p className={styles['what']}>{advice.title}</p>
          <p>{visible(advice.advice)}</p>
        </div>
      )}
      <Facts columns>
        {attempt && (
          <Fact name="Last answer">
            <LastAnswer attempt={attempt} />
          </Fact>
        )}
        {advice && <Fact name="At fault">{WHOSE[advice.whose]}</Fact>}
        {since !== null && (
          <Fact name="Since">
            <At at={since} />
          </Fact>
        )}
        {children}
      </Facts>
      <div className={styles['actions']}>{actions}</div>
    </section>
  );
}

function LastAnswer({ attempt: { response, errorClass, errorMessage } }: { readonly attempt: Attempt }) {
  if (response === null)
    return (
      <>
        None{errorClass && <span className="soft"> · {errorName(errorClass)}</span>}
        {errorMessage && <div className="soft">{errorMessage}</div>}
      </>
    );
  const body = firstLines(response.body);
  return (
    <>
      <HttpStatus status={response.statusCode} error={errorClass} />
      {body !== '' && <pre className={styles['body']}>{visible(body)}</pre>}
    </>
  );
}
