export interface OpenApiOptions {
  readonly title: string;
  readonly description?: string;
  readonly version?: string;
  /** Whether every POST takes an Idempotency-Key. */
  readonly idempotencyKeys?: boolean;
  /** Descriptions of the operations' tags. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Descriptions of path parameters: `{'/v1/things/{id}': 'Id of the thing.'}` also holds for longer paths that begin with it. */
  readonly places?: Readonly<Record<string, string>>;
  /** Bodies that no schema of a route describes: for an operation such as `POST /v1/things`, media type → its OpenAPI object. */
  readonly bodies?: Readonly<Record<string, Readonly<Record<string, object>>>>;
}
