/** `brings`: the tenant uses a secret of its own. The typed secret is kept while the other choice is selected. */
export interface SecretChosen {
  readonly brings: boolean;
  readonly secret: string;
}

export const GENERATED: SecretChosen = { brings: false, secret: '' };

/** The field for the API: missing where Signet generates the secret. */
export const secretField = ({ brings, secret }: SecretChosen): { secret?: string } => (brings ? { secret } : {});
