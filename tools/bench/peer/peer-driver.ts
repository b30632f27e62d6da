// Drives a peer, as a process of its own, and tells what it found over its channel.
import { once } from 'node:events';
import type { Outcome } from '../figures/result.ts';
import { measurePeer } from './measure-peer.ts';
import type { PeerOrder } from './measure-peer.ts';

/** What peer-driver.ts tells. */
export type PeerResult =
  { readonly kind: 'result'; readonly outcome: Outcome } | { readonly kind: 'result'; readonly failure: string };

process.once('disconnect', () => process.exit(1));
const [order] = (await once(process, 'message')) as [PeerOrder];
const result = await measurePeer(order).then(
  (outcome): PeerResult => ({ kind: 'result', outcome }),
  (error: unknown): PeerResult => ({ kind: 'result', failure: (error as Error).message }),
);
process.send?.(result, () => process.exit(0));
