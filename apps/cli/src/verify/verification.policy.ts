import { DEFAULT_TOLERANCE_SECONDS, SecretFormatError, parseSecret, verify } from '@signet/signature';
import type { SignedMessage } from '@signet/signature';

export interface Question {
  readonly headers: ReadonlyMap<string, string>;
  /** Exactly the bytes that came. */
  readonly body: Buffer;
  readonly secret: string;
  readonly nowSeconds: number;
  /** Default 300. */
  readonly toleranceSeconds?: number | undefined;
}

export type Verdict =
  | { readonly isVerified: true; readonly sentence: string }
  /** `reason` is stable; the sentences say what is wrong, and what it may come from. */
  | { readonly isVerified: false; readonly reason: string; readonly sentence: string; readonly hint?: string };

const NAMES = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** Whether the request is genuine, and exactly why not. */
export function verdictOf(question: Question): Verdict {
  const { headers, body, secret, nowSeconds, toleranceSeconds = DEFAULT_TOLERANCE_SECONDS } = question;
  let key: Buffer;
  try {
    key = parseSecret(secret);
  } catch (error) {
    if (error instanceof SecretFormatError) return refused('invalid_secret', error.message);
    throw error;
  }
  const [id, timestamp, signature] = NAMES.map((name) => headers.get(name));
  const message: SignedMessage = { id, timestamp, signature, body };
  const result = verify(message, { keys: [key], nowSeconds, toleranceSeconds });
  if (result.ok)
    return { isVerified: true, sentence: `The signature is genuine: ${ageOf(nowSeconds - Number(timestamp))}.` };
  switch (result.reason) {
    case 'missing_header':
      return refused(
        result.reason,
        `The header ${NAMES.filter((name) => !headers.get(name)).join(' and ')} is missing.`,
      );
    case 'malformed_timestamp':
      return refused(result.reason, `webhook-timestamp is not whole seconds since 1970: "${timestamp}".`);
    case 'timestamp_too_old':
    case 'timestamp_too_new':
      return refused(
        result.reason,
        `The request was ${ageOf(nowSeconds - Number(timestamp))}; at most ${toleranceSeconds} s are accepted.`,
        `Apart from its time, ${isSignedFor(message, key) ? 'the signature is genuine' : 'the signature does not match either'}.${scaleOf(timestamp)}`,
      );
    case 'no_matching_signature':
      return refused(
        result.reason,
        'No signature of the header webhook-signature matches.',
        mismatchHint(message, secret, key),
      );
  }
}

const refused = (reason: string, sentence: string, hint?: string): Verdict => ({
  isVerified: false,
  reason,
  sentence,
  ...(hint !== undefined && { hint }),
});

const ageOf = (seconds: number): string =>
  seconds < 0 ? `signed ${-seconds} s in the future` : `signed ${seconds} s ago`;

/** Seconds until about the year 5138; a number above is milliseconds. */
const MOST_SECONDS = 1e11;
const scaleOf = (timestamp = ''): string =>
  Number(timestamp) > MOST_SECONDS ? ' The timestamp looks like milliseconds; it must be seconds.' : '';

/** Whether one signature matches, whatever the time. */
const isSignedFor = (message: SignedMessage, key: Buffer): boolean =>
  verify(message, { keys: [key], nowSeconds: Number(message.timestamp), toleranceSeconds: 0 }).ok;

/**
 * Judged: whether the signature would match if one common mistake had not been made. Why: the sentence "does not match" leaves people to try
 * these by hand. If it is wrong, nobody is let in: the answer stays "not verified".
 */
function mismatchHint(message: SignedMessage, secret: string, key: Buffer): string {
  const { signature = '', body } = message;
  if (!signature.split(' ').some((one) => one.startsWith('v1,')))
    return 'The header has no signature of the version v1, such as "v1,K5oZ…".';
  for (const { bytes, sentence } of bodiesLike(body))
    if (isSignedFor({ ...message, body: bytes }, key)) return sentence;
  if (isSignedFor(message, Buffer.from(secret)))
    return 'It matches when the text of the secret is the key. The key is what follows whsec_, decoded from base64.';
  return 'The body has other bytes than those that were signed, or the secret is that of another webhook or a former one.';
}

function* bodiesLike(body: Buffer): Generator<{ readonly bytes: Buffer; readonly sentence: string }> {
  const text = body.toString('utf8');
  yield {
    bytes: Buffer.from(text.replace(/\r?\n$/, '')),
    sentence: 'It matches without the newline at the end of the body. Save the body without it.',
  };
  yield {
    bytes: Buffer.from(`${text}\n`),
    sentence: 'It matches with a newline at the end of the body, which is missing here.',
  };
  yield {
    bytes: Buffer.from(text.replaceAll('\r\n', '\n')),
    sentence: 'It matches with \\n in place of \\r\\n: the line ends of the body were changed.',
  };
  const compact = compactJson(text);
  if (compact !== undefined)
    yield {
      bytes: Buffer.from(compact),
      sentence:
        'It matches the same JSON without spaces: the body was parsed and written again. Keep the bytes as they came.',
    };
}

function compactJson(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}
