/** The setting that holds the sealing keys cannot be understood. The message names the entry, never a key. */
export class SealingKeysFormatError extends Error {
  override readonly name = 'SealingKeysFormatError';
  readonly code = 'invalid_sealing_keys';
}

/** A sealed text names a key that is not among the configured ones: it was retired too early. */
export class UnknownSealingKeyError extends Error {
  override readonly name = 'UnknownSealingKeyError';
  readonly code = 'unknown_sealing_key';

  constructor(readonly keyId: string) {
    super(`No sealing key has the id "${keyId}". Add it to the sealing keys; any but the first place will do.`);
  }
}

/** A sealed text was not made by us, was altered, or was sealed for another context. */
export class BrokenSealError extends Error {
  override readonly name = 'BrokenSealError';
  readonly code = 'broken_seal';
}
