import { createServer } from 'node:http';
import { PROBLEM_MEDIA_TYPE, Problem } from '../../problem/problem.ts';

/** Short: PostgreSQL and Kafka usually answer within seconds; otherwise an operator is needed. */
const RETRY_AFTER_SECONDS = '2';

export interface AnswersWhileStarting {
  /** Stops listening, so that the service can use the port. */
  close(): Promise<void>;
}

/**
 * Answers every request with 503 and Retry-After as long as the service waits for its servers: callers that reach it directly
 * learn that they should try again. Without this their connections would be refused, as if there was no service.
 *
 * @param port 0: no caller can know the port yet, so nothing is done
 */
export async function answerWhileStarting(name: string, host: string, port: number): Promise<AnswersWhileStarting> {
  if (port === 0) return { close: () => Promise.resolve() };
  const problem = new Problem(503, 'unavailable', `${name} is starting: it waits for PostgreSQL or Kafka.`);
  const body = JSON.stringify(problem.toDocument());
  const server = createServer((request, response) => {
    request.resume();
    response
      .writeHead(problem.getStatus(), {
        'content-type': PROBLEM_MEDIA_TYPE,
        'cache-control': 'no-store',
        'retry-after': RETRY_AFTER_SECONDS,
        // The next request is for the service itself.
        connection: 'close',
      })
      .end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { close };
}
