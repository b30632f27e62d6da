import { PageHead } from '../../ui/layout/page.tsx';
import { KeyList } from './key-list.tsx';

export function KeysPage() {
  return (
    <>
      <PageHead
        title="API keys"
        lead="Keys of operators, and of producers that send for several tenants. A tenant's keys are on its own page."
      />
      <KeyList tenantId={null} />
    </>
  );
}
