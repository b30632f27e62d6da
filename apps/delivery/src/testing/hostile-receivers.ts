import type { ErrorClass } from '@signet/contracts';
import type { EgressClientOptions } from '@signet/egress';
import { expired, hostileAnswers, invalidResponses, rawReceiver, respond, selfSigned } from '@signet/testing';
import type { Answer, Identity, RawReceiver } from '@signet/testing';

export interface HostileReceiver {
  /** The behaviour of the receiver, as the end of "a receiver that". */
  readonly does: string;
  readonly url: string;
  readonly errorClass: ErrorClass;
  /** The error message that its deliveries get. */
  readonly message: string | RegExp;
}

export interface HostileReceivers {
  readonly all: readonly HostileReceiver[];
  /** The options with which the sender can resolve their names and trust their certificates. */
  readonly egress: Pick<EgressClientOptions, 'resolve' | 'extraCertificates'>;
  /** Clears the requests that they have received so far. */
  forget(): void;
  close(): Promise<void>;
}

type Row = [does: string, answer: Answer, errorClass: ErrorClass, message: string | RegExp];

const SECOND = 1_000;
const waited = (what: string): RegExp => new RegExp(`^The time of \\d+ ms was over ${what}\\.$`);
const NO_ANSWER = waited('while waiting for a response');
const HEADERS = 'The headers of the response are too large.';
const NO_RESPONSE = 'The connection was closed while waiting for a response.';
const HALF_A_RESPONSE = 'The connection was closed while reading the response.';
const INVALID = /^The response is not valid HTTP\/1\.1 \([\w :/.,-]+\)\.$/;
const handshake = (why: string): string => `The TLS handshake failed ${why}.`;

const PLAIN: readonly Row[] = [
  ['accepts and hangs', hostileAnswers.hangs, 'timeout', NO_ANSWER],
  ['sends a byte of its headers a second', hostileAnswers.dripsHeaders(SECOND), 'timeout', NO_ANSWER],
  [
    'sends a byte of its body a second',
    hostileAnswers.dripsBody(SECOND),
    'timeout',
    // On a busy machine the head of the response is not read in time either.
    waited('while (reading the|waiting for a) response'),
  ],
  ['is processing for ever (102)', hostileAnswers.processesForEver(SECOND / 2), 'timeout', NO_ANSWER],
  [
    'floods with 1xx',
    hostileAnswers.floodsInterim,
    'protocol',
    /^There were too many interim \(1xx\) responses\.$|not valid HTTP/,
  ],
  ['sends a megabyte of headers', hostileAnswers.floodsHeaders, 'response_too_large', HEADERS],
  ['sends one header of a megabyte', hostileAnswers.longHeader, 'response_too_large', HEADERS],
  ['fails without end', hostileAnswers.endlessBody('500 Failed'), 'http_status', 'The receiver answered 500.'],
  ['fails with a gzip bomb', hostileAnswers.gzipBomb('500 Failed'), 'http_status', 'The receiver answered 500.'],
  ['resets before its answer', hostileAnswers.resetsAtOnce, 'reset', NO_RESPONSE],
  ['resets in the middle of its body', hostileAnswers.resetsMidBody, 'reset', HALF_A_RESPONSE],
  ['closes without a word', hostileAnswers.closesAtOnce, 'reset', NO_RESPONSE],
  ['closes in the middle of its headers', hostileAnswers.closesMidHeaders, 'reset', NO_RESPONSE],
  ['sends less than its content-length', hostileAnswers.closesMidBody, 'reset', HALF_A_RESPONSE],
  ['closes in the middle of its chunks', hostileAnswers.closesMidChunks, 'reset', HALF_A_RESPONSE],
  [
    'redirects to the inside',
    hostileAnswers.redirectsTo('http://169.254.169.254/'),
    'redirect',
    'The receiver answered 307; redirects are not followed.',
  ],
];

const OTHER_NAME =
  "(ERR_TLS_CERT_ALTNAME_INVALID): the certificate's subject alternative names (SAN) do not have the host of the URL";
const TLS: readonly [does: string, host: string, identity: Identity, isTrusted: boolean, why: string][] = [
  ['has a certificate of another name', 'a', selfSigned('other.example'), true, OTHER_NAME],
  ['has a certificate whose time is over', 'b', expired('b.example'), true, '(CERT_HAS_EXPIRED)'],
  ['signed its certificate itself', 'c', selfSigned('c.example'), false, '(DEPTH_ZERO_SELF_SIGNED_CERT)'],
];

/** Some thirty receivers on loopback, each with another hostile behaviour. */
export async function hostileReceivers(): Promise<HostileReceivers> {
  const started: RawReceiver[] = [];
  const start = async (...settings: Parameters<typeof rawReceiver>): Promise<RawReceiver> => {
    const receiver = await rawReceiver(...settings);
    started.push(receiver);
    return receiver;
  };
  const all: HostileReceiver[] = [];
  for (const [does, answer, errorClass, message] of PLAIN)
    all.push({ does, url: (await start(answer)).url, errorClass, message });
  for (const [what, bytes] of Object.entries(invalidResponses)) {
    const { url } = await start((socket) => socket.write(bytes));
    all.push({ does: `answers with ${what}`, url, errorClass: 'protocol', message: INVALID });
  }
  for (const [does, host, tls, , why] of TLS) {
    const { port } = await start((socket) => respond(socket), { tls });
    all.push({ does, url: `https://${host}.example:${port}/`, errorClass: 'tls', message: handshake(why) });
  }
  const silent = await start(hostileAnswers.hangs);
  all.push({
    does: 'accepts and never shakes hands',
    url: `https://a.example:${silent.port}/`,
    errorClass: 'timeout',
    message: waited('during the TLS handshake'),
  });
  const gone = await rawReceiver(hostileAnswers.hangs);
  await gone.close();
  all.push(
    {
      does: 'is not there',
      url: gone.url,
      errorClass: 'connect',
      message: 'No connection could be opened (ECONNREFUSED).',
    },
    {
      does: 'has a host name that no DNS server knows',
      url: 'https://nowhere.example/',
      errorClass: 'dns',
      message: 'The host name could not be resolved (ENOTFOUND).',
    },
    {
      does: 'has a name that points inside',
      url: 'https://inside.example/',
      errorClass: 'blocked_address',
      message: 'The address is not allowed.',
    },
  );
  return {
    all,
    egress: {
      resolve: (host) => Promise.resolve([{ address: addressOf(host), family: 4 }]),
      extraCertificates: TLS.filter(([, , , isTrusted]) => isTrusted).map(([, , { cert }]) => cert),
    },
    forget: () => started.forEach((receiver) => receiver.forget()),
    close: async () => void (await Promise.all(started.map((receiver) => receiver.close()))),
  };
}

/** The address as a name server would give it; for an unknown name it throws the error of `dns.lookup`. */
function addressOf(host: string): string {
  if (host === 'inside.example') return '10.0.0.1';
  if (host !== 'nowhere.example') return '127.0.0.1';
  throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
}
