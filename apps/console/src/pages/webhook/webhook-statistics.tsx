import type { Webhook } from '../../api/model.ts';
import { useIdentity } from '../../app/session.tsx';
import { StatisticsSection } from '../../statistics/statistics-section.tsx';
import { useRange, useStatistics } from '../../statistics/use-statistics.ts';
import styles from './webhook-settings.module.css';

/** The numbers of a webhook, above its settings. */
export function WebhookStatistics({ webhook: { id, tenantId } }: { readonly webhook: Webhook }) {
  const { isOperator } = useIdentity();
  const [range, setRange] = useRange();
  const scope = { webhookId: id, ...(isOperator && { tenantId }) };
  const statistics = useStatistics(scope, range);
  return (
    <div className={styles['statistics']}>
      <StatisticsSection statistics={statistics} scope={scope} range={range} onRange={setRange} />
    </div>
  );
}
