const CREDENTIAL_NAME = /auth|token|secret|key|passw|pwd|credential|session|jwt|cookie/i;
const CREDENTIAL_VALUE = /^(basic|bearer|digest|token|apikey|negotiate|aws4-hmac-sha256)\s/i;

/** Shown instead of a credential. */
export const MASKED = '***';

/**
 * Judges from name and value whether a header is a credential, so that its value is sealed in the database and masked in answers, and is
 * no argument of a command. If a header is wrongly taken for a credential, it is still sent, so the rule rather accepts too many.
 */
export const isCredentialHeader = (name: string, value: string): boolean =>
  CREDENTIAL_NAME.test(name) || CREDENTIAL_VALUE.test(value);
