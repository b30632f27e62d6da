import { connect } from 'node:net';

const TIMEOUT_MS = 3_000;

/**
 * Whether one of these servers takes a TCP connection.
 *
 * @param addresses `host:port`
 * @throws AggregateError with a reason for each of them
 */
export async function anyAnswers(addresses: readonly string[]): Promise<void> {
  await Promise.any(addresses.map(answers));
}

function answers(address: string): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), timeout: TIMEOUT_MS });
    const settle = (reason?: string): void => {
      socket.destroy();
      if (reason === undefined) resolve();
      else reject(new Error(`${address}: ${reason}`));
    };
    socket.once('connect', () => settle());
    socket.once('timeout', () => settle(`no answer within ${TIMEOUT_MS} ms`));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
  });
}
