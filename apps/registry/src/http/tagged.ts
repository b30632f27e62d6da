import { etag } from '@signet/service-kit';
import type { FastifyReply } from 'fastify';

/** The answer with its ETag, which If-Match takes. */
export function tagged<View extends { version: number }>(reply: FastifyReply, view: View): View {
  reply.header('etag', etag(view.version));
  return view;
}
