import type { Replay } from '../../api/model.ts';
import { useApi } from '../../app/session.tsx';
import { CancelJob } from '../jobs/cancel-job.tsx';

/** Nothing for a replay that has ended. */
export function CancelReplay({ replay, size }: { readonly replay: Replay; readonly size?: 'compact-xs' | 'sm' }) {
  const api = useApi();
  if (replay.state !== 'running') return null;
  return (
    <CancelJob
      what="replay"
      path="/v1/replays"
      {...(size !== undefined && { size })}
      onCancel={() => api.DELETE('/v1/replays/{id}', { params: { path: { id: replay.id } } })}
    >
      Deliveries that were already requested are sent; the others are not.
    </CancelJob>
  );
}
