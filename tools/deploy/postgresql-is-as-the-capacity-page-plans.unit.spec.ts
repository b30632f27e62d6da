import { expect, test } from '@jest/globals';
import { quantity } from '../docs/capacity/example-storage.ts';
import { CHECKPOINT_SECONDS } from '../docs/capacity/plan.ts';
import { kustomizeCommand, manifestsOf, renderedOverlay } from './kustomize.ts';
import { ofKind } from './manifests.ts';

const built = kustomizeCommand() ? test : test.skip;

built(
  'the example makes checkpoints as often as the page takes for granted, and has the disk for the WAL between them',
  () => {
    const [cluster] = ofKind(manifestsOf(renderedOverlay('operators')), 'Cluster');
    const { checkpoint_timeout: timeout, max_wal_size: most } = cluster?.spec?.['postgresql'].parameters as Record<
      string,
      string
    >;
    expect(timeout).toBe(`${CHECKPOINT_SECONDS / 60}min`);
    // PostgreSQL's GB are GiB. WAL is also kept for a standby that is away, so the disk must hold twice max_wal_size.
    expect(quantity(cluster?.spec?.['walStorage'].size)).toBeGreaterThanOrEqual(
      2 * quantity((most ?? '').replace('GB', 'Gi')),
    );
  },
);
