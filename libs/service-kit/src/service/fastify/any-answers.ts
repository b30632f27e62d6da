import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { KafkaTls } from '@signet/kafka';

const TIMEOUT_MS = 3_000;

/**
 * Resolves when one of these servers takes a TCP connection and, with `tls`, has a certificate that we accept.
 *
 * @param addresses `host:port`
 * @throws AggregateError with a reason for each of them
 */
export async function anyAnswers(addresses: readonly string[], tls?: KafkaTls): Promise<void> {
  await Promise.any(addresses.map((address) => answers(address, tls)));
}

function answers(address: string, tls: KafkaTls | undefined): Promise<void> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve, reject) => {
    const socket = open(hostname.replace(/^\[|\]$/g, ''), Number(port), tls);
    const settle = (reason?: string, code?: string): void => {
      socket.destroy();
      if (reason === undefined) resolve();
      else reject(Object.assign(new Error(`${address}: ${reason}`), { code }));
    };
    socket.once(tls ? 'secureConnect' : 'connect', () => settle());
    socket.once('timeout', () => settle(`no answer within ${TIMEOUT_MS} ms`));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(reasonOfSocket(error), error.code));
  });
}

const open = (host: string, port: number, tls: KafkaTls | undefined): Socket =>
  tls
    ? connectTls({ host, port, timeout: TIMEOUT_MS, ...tls, ...(isIP(host) === 0 && { servername: host }) })
    : connect({ host, port, timeout: TIMEOUT_MS });

/** For a failed connection the code is enough. For a refused certificate, and for TLS errors, the message says more. */
function reasonOfSocket({ code, message, syscall }: NodeJS.ErrnoException): string {
  return code === undefined || syscall === undefined ? message.trim() : code;
}
