/** The fields of the API's JSON that the tests read; all other fields are unknown. */
export interface AnswerJson {
  readonly [field: string]: unknown;
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly description: string | null;
  readonly type: string;
  readonly at: string;
  readonly version: number;
  readonly key: string;
  readonly prefix: string;
  readonly secret: string;
  readonly former: { secret: string; expiresAt: string }[];
  readonly overlapUntil: string | null;
  readonly isActive: boolean;
  readonly consecutiveFailures: number;
  readonly lastFailureAt: string | null;
  readonly lastSuccessAt: string | null;
  readonly deliveryId: string;
  readonly eventId: string;
  readonly example: unknown;
  readonly data: [AnswerJson, ...AnswerJson[]] & { readonly changes: AnswerJson; readonly failures?: number };
  readonly nextCursor: string | null;
  readonly errors: { field: string; rule: string; detail: string }[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: AnswerJson;
}

export interface Asked {
  readonly body?: object | undefined;
  /** A body that is sent unchanged, as JSON. */
  readonly raw?: string;
  readonly headers?: Record<string, string>;
  readonly key?: string;
}

/** Sends a request to an API; an answer without a body has the JSON `{}`. */
export async function ask(url: string, method: string, { body, raw, headers, key }: Asked): Promise<Answer> {
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const answer = await fetch(url, {
    method,
    ...(sent === undefined ? {} : { body: sent }),
    headers: {
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...headers,
    },
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, json: JSON.parse(text || '{}') as AnswerJson };
}
