import type { Attempt, ErrorClass } from '../api/model.ts';
import { redirectTarget } from './redirect-target.ts';
import { tlsAdvice } from './tls-advice.policy.ts';

/** The facts of a failed attempt that the advice depends on. */
export interface Failure {
  readonly errorClass: ErrorClass;
  readonly errorMessage: string | null;
  readonly fault: Attempt['fault'];
  readonly url: string;
  readonly durationMs: number;
  readonly statusCode: number | null;
  /** Headers of the response, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Advice {
  /** What is wrong, in a few words. */
  readonly title: string;
  readonly whose: 'receiver' | 'platform' | 'nobody';
  /** What to do about it. */
  readonly advice: string;
  /** A URL that would have worked, as far as the receiver says. */
  readonly url?: string;
}

/** What is wrong with a receiver, and what its owner can do, judged from its last failed attempt. */
export function adviceFor(failure: Failure): Advice {
  if (failure.fault === 'platform')
    return {
      whose: 'platform',
      title: 'Signet could not send',
      advice:
        'This is a fault of Signet’s own resolver, network or machine, and not of your receiver. It counts neither as a failure nor as an attempt, and Signet goes on by itself when it has ended.',
    };
  const { title, advice, url } = receiverAdvice(failure);
  const isNobodys = ['disabled', 'deleted', 'tenant_suspended'].includes(failure.errorClass);
  return { whose: isNobodys ? 'nobody' : 'receiver', title, advice, ...(url !== undefined && { url }) };
}

function receiverAdvice(failure: Failure): Omit<Advice, 'whose'> {
  const { host, name, port } = placeOf(failure.url);
  switch (failure.errorClass) {
    case 'http_status':
      return statusAdvice(failure.statusCode ?? 0);
    case 'gone':
      return {
        title: 'The receiver answered 410 Gone',
        advice:
          'With this status a receiver says that it wants no messages ever again, so Signet disabled the webhook at once. If that was not meant, let the receiver answer 2xx, and enable the webhook again.',
      };
    case 'redirect':
      return redirectAdvice(failure);
    case 'throttled':
      return {
        title: 'The receiver asks for fewer requests',
        advice:
          'It answered 429, or 503 with Retry-After. Signet waits as long as it asks for. If this happens often, set a rate limit for this webhook, or let the receiver take more.',
      };
    case 'timeout':
      return timeoutAdvice(failure, host);
    case 'dns':
      return {
        title: `The name ${name} cannot be found`,
        advice: `DNS has no address for ${name}. Check its spelling in the URL, and that its A or AAAA record can be seen from the internet.`,
      };
    case 'connect':
      return {
        title: `Nothing takes connections at ${host}`,
        advice: `Check that the receiver is running, that it listens on port ${port}, and that a firewall lets Signet through.`,
      };
    case 'tls':
      return tlsAdvice(name, failure.errorMessage ?? '');
    case 'reset':
      return {
        title: 'The connection was closed before the answer',
        advice:
          'The receiver, or a proxy before it, gave up in the middle. Look in its log for a crash, a restart, or a limit of the size of a request.',
      };
    case 'protocol':
      return {
        title: 'The answer is not valid HTTP',
        advice: `Check that an HTTP server listens on port ${port} of ${name}, and no other service. The message above names the fault.`,
      };
    case 'response_too_large':
      return {
        title: 'The headers of the answer are too large',
        advice: 'Signet needs only the status. Let the receiver answer with fewer or shorter headers, such as cookies.',
      };
    case 'blocked_address':
      return {
        title: `Signet may not connect to the address of ${name}`,
        advice:
          'It is private, local or reserved. Use a name that leads to a public address. The operators of this installation can allow an address (SIGNET_EGRESS_ALLOW).',
      };
    case 'invalid_request':
      return {
        title: 'The request cannot be made',
        advice: 'Check the URL and the headers of this webhook. The message above names the part that is wrong.',
      };
    case 'disabled':
      return {
        title: 'The webhook was disabled',
        advice: 'This delivery ended without another attempt. Enable the webhook, and replay what it missed.',
      };
    case 'deleted':
      return {
        title: 'The webhook was deleted',
        advice: 'This delivery ended without another attempt. It cannot be sent again.',
      };
    case 'tenant_suspended':
      return {
        title: 'The tenant was suspended',
        advice:
          'This delivery ended without another attempt. When an operator has resumed the tenant, the messages of this time can be replayed.',
      };
  }
}

function statusAdvice(status: number): Omit<Advice, 'whose'> {
  if (status === 401 || status === 403)
    return {
      title: `The receiver refuses Signet (${status})`,
      advice:
        'Either it does not accept the signature: compare its secret with that of this webhook (Security, Show), also after a rotation. Or a login, a firewall or a protection against bots stands before it: make an exception for this URL.',
    };
  if (status === 404 || status === 405)
    return {
      title: status === 404 ? 'Nothing is at this URL (404)' : 'This URL takes no POST (405)',
      advice: 'Check the path of the URL: the receiver must take POST there.',
    };
  if (status === 413)
    return {
      title: 'The message is too large for the receiver (413)',
      advice: 'Raise the limit of the size of a request in the receiver, or in the proxy before it.',
    };
  if (status === 502 || status === 504)
    return {
      title: `A proxy cannot reach the receiver (${status})`,
      advice:
        'The proxy or load balancer answered instead of the receiver. Check that the receiver behind it is running.',
    };
  if (status >= 500)
    return {
      title: `The receiver has failed (${status})`,
      advice: 'It took the request and then failed. Its log says why; search it for the webhook-id of this delivery.',
    };
  return {
    title: `The receiver refuses the message (${status})`,
    advice:
      'Only a status of 2xx means that a message has arrived. The answer may say what the receiver does not like.',
  };
}

function redirectAdvice({ url, statusCode, headers }: Failure): Omit<Advice, 'whose'> {
  const target = redirectTarget(url, headers['location']);
  return {
    title: `The receiver redirects${statusCode === null ? '' : ` (${statusCode})`}`,
    advice:
      target === undefined
        ? 'Signet does not follow redirects, and the answer names no address that it could use. Enter the URL at which the receiver answers itself.'
        : `Signet does not follow redirects. Use this URL instead: ${target}`,
    ...(target !== undefined && { url: target }),
  };
}

function timeoutAdvice({ errorMessage, durationMs }: Failure, host: string): Omit<Advice, 'whose'> {
  if (/while connecting|TLS handshake|network gave up/.test(errorMessage ?? ''))
    return {
      title: `${host} does not answer`,
      advice:
        'No connection came about in time. Most often a firewall drops the packets without a word: let Signet through, and check that the receiver is running.',
    };
  return {
    title: `The receiver did not answer within ${Math.max(1, Math.round(durationMs / 1_000))} s`,
    advice:
      'Let it answer first and work later: verify the signature, put the message into a queue, answer 2xx at once, and do the work afterwards.',
  };
}

/** The parts of a URL that the advice names. A URL that cannot be read is named as it is. */
function placeOf(url: string): { readonly host: string; readonly name: string; readonly port: string } {
  if (!URL.canParse(url)) return { host: url, name: url, port: '' };
  const { host, hostname, port, protocol } = new URL(url);
  return { host, name: hostname, port: port === '' ? (protocol === 'https:' ? '443' : '80') : port };
}
