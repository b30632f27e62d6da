import type { FastifyRequest } from 'fastify';
import { problem } from '../../problem/problem.ts';
import { reasonToRefuse } from './same-origin.policy.ts';

/**
 * For a request that changes something and is allowed by a session's cookie alone.
 *
 * @throws Problem 403 `other_origin` unless a page of this origin has sent it
 */
export function checkSameOrigin({ headers, host }: Pick<FastifyRequest, 'headers' | 'host'>): void {
  const reason = reasonToRefuse({
    fetchSite: headers['sec-fetch-site']?.toString(),
    origin: headers.origin,
    host,
  });
  if (reason === undefined) return;
  const detail = `A session's cookie allows changes only to pages of this address. ${reason} A program sends an API key.`;
  throw problem(403, 'other_origin', detail);
}
