import { PageHead } from '../../ui/layout/page.tsx';
import { DeliveryList } from './delivery-list.tsx';

export function DeliveriesPage() {
  return (
    <>
      <PageHead title="Deliveries" lead="Each message to each webhook, with every attempt, request and response." />
      <DeliveryList />
    </>
  );
}
