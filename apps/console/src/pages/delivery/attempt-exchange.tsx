import type { Attempt } from '../../api/model.ts';
import { reasonPhrase } from '../../format/text.ts';
import { duration } from '../../format/time.ts';
import { phasesOf } from '../../format/timings.ts';
import { Code } from '../../ui/display/code.tsx';
import { HttpStatus, Tag } from '../../ui/feedback/status.tsx';
import styles from './attempts.module.css';
import { useExact } from '../../ui/display/time.tsx';
import { curlOf } from '../../format/curl.ts';
import { CopyAs } from '../../ui/display/copy.tsx';

/** One attempt: its time and duration, and request and response side by side. */
export function AttemptExchange({ attempt }: { readonly attempt: Attempt }) {
  const { request, response } = attempt;
  return (
    <>
      <Timings attempt={attempt} />
      <div className={styles['sides']}>
        <section className={styles['side']} aria-label="Request">
          <div className={styles['sideHead']}>
            <h3 className={styles['sideTitle']}>Request</h3>
            <CopyAs text={curlOf(request)} what="as curl" />
          </div>
          <p className={styles['line']}>
            <strong>{request.method}</strong> {request.url}
          </p>
          <p className={styles['part']}>Headers</p>
          <Headers headers={request.headers} />
          <p className={styles['part']}>Body</p>
          <Code text={request.body} what="the request body" />
        </section>
        <section className={styles['side']} aria-label="Response">
          <h3 className={styles['sideTitle']}>Response</h3>
          {response === null ? (
            <p className={styles['line']}>There was none.</p>
          ) : (
            <>
              <p className={styles['line']}>
                <HttpStatus status={response.statusCode} error={null} /> {reasonPhrase(response.statusCode)}
              </p>
              {response.note !== undefined && <p className={styles['line']}>{response.note}</p>}
              <p className={styles['part']}>Headers</p>
              <Headers headers={response.headers} />
              <p className={styles['part']}>Body {response.bodyTruncated && <Tag>Cut at 10 KB</Tag>}</p>
              <Code text={response.body} what="the response body" />
            </>
          )}
        </section>
      </div>
    </>
  );
}

function Headers({ headers }: { readonly headers: Readonly<Record<string, string>> }) {
  const lines = Object.entries(headers);
  if (lines.length === 0) return <p className={styles['line']}>None</p>;
  return (
    <dl className={styles['headers']}>
      {lines.map(([name, value]) => (
        <div key={name} className={styles['header']}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const FAULTS = { none: null, receiver: 'Fault of the receiver', platform: 'Fault of Signet' } as const;

function Timings({ attempt }: { readonly attempt: Attempt }) {
  const exact = useExact();
  const phases = phasesOf(attempt.timings);
  return (
    <div className={styles['timings']}>
      {phases.length > 0 && (
        <>
          <div className={styles['bar']} aria-hidden="true">
            {phases.map(({ id, ms }) => (
              <span key={id} data-phase={id} style={{ flexGrow: ms }} />
            ))}
          </div>
          <ul className={styles['phases']} style={{ listStyle: 'none' }}>
            {phases.map(({ id, name, ms }) => (
              <li key={id} className={styles['phase']}>
                <span className={styles['swatch']} data-phase={id} /> {name}{' '}
                <span className="number">{duration(ms)}</span>
              </li>
            ))}
            <li className={styles['phase']}>
              <strong>
                In all <span className="number">{duration(attempt.durationMs)}</span>
              </strong>
            </li>
          </ul>
        </>
      )}
      <p className={styles['facts']}>
        <span>{exact(new Date(attempt.startedAt))}</span>
        {attempt.address && (
          <span>
            to <code>{attempt.address}</code>
          </span>
        )}
        {FAULTS[attempt.fault] && <span>{FAULTS[attempt.fault]}</span>}
      </p>
    </div>
  );
}
