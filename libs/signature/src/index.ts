export { BrokenSealError, SealingKeysFormatError, UnknownSealingKeyError } from './sealing-errors.ts';
export { generateSealingKey, SealingKeys } from './sealing-keys.ts';
export { generateSecret, parseSecret, SecretFormatError, signingKey } from './secret.ts';
export type { RandomBytes, SecretRule } from './secret.ts';
export { legacySignature, sign, signatureHeader, WEBHOOK_HEADERS } from './sign.ts';
export type { SigningKey } from './sign.ts';
export { DEFAULT_TOLERANCE_SECONDS, verify } from './verify.ts';
export type { SignedMessage, Verification, VerificationFailure, VerifyOptions } from './verify.ts';
