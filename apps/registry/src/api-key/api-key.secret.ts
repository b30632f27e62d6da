import type { Role } from '@signet/contracts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_BYTES = 32;
/** 62^43 is the first power of 62 above 2^256. */
const LENGTH = 43;
/** `sgn_tn_` and five of the random characters: enough to recognise a key, far too little to guess it. */
const PREFIX_LENGTH = 12;
/** The first characters of a key, by role. Keys of earlier versions begin with `sgn_o_`, `sgn_t_`, `sgn_p_`, and still work. */
const BEGINNINGS: Readonly<Record<Role, string>> = { operator: 'sgn_op_', tenant: 'sgn_tn_', producer: 'sgn_pr_' };

/**
 * A new API key: `sgn_<op|tn|pr>_` and 256 random bits in base62. The fixed beginning lets secret scanners find a key that
 * leaked; base62 lets a double click select it whole.
 */
export const newApiKey = (role: Role, randomBytes: (count: number) => Buffer): string =>
  `${BEGINNINGS[role]}${randomText(randomBytes)}`;

/** The token of a new session: `sgn_se_` and 256 random bits in base62. Nothing about the key follows from it. */
export const newSessionToken = (randomBytes: (count: number) => Buffer): string => `sgn_se_${randomText(randomBytes)}`;

function randomText(randomBytes: (count: number) => Buffer): string {
  let rest = BigInt(`0x${randomBytes(RANDOM_BYTES).toString('hex')}`);
  let text = '';
  for (let place = 0; place < LENGTH; place++) {
    text = DIGITS.charAt(Number(rest % 62n)) + text;
    rest /= 62n;
  }
  return text;
}

/**
 * The part of a key that may be shown. A key that a person has made up (SIGNET_OPERATOR_KEY) may be short: at most a
 * quarter of it is shown.
 */
export const shownPrefix = (key: string): string => key.slice(0, Math.min(PREFIX_LENGTH, Math.floor(key.length / 4)));
