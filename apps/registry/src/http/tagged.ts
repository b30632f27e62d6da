import { etag } from '@signet/service-kit';
import type { FastifyReply } from 'fastify';

/** Adds the ETag, which callers send back as If-Match, to the answer. */
export function tagged<View extends { version: number }>(reply: FastifyReply, view: View): View {
  reply.header('etag', etag(view.version));
  return view;
}
