interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

/** The Prometheus of the demonstration. */
export class Prometheus {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** The values of an expression now, one for each series. @throws where Prometheus does not take it */
  async values(expr: string): Promise<number[]> {
    const response = await fetch(`${this.#url}/api/v1/query?${new URLSearchParams({ query: expr }).toString()}`);
    const answer = (await response.json()) as Answer;
    if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`);
    return answer.data.result.map(({ value: [, value] }) => Number(value));
  }

  /** The one value of an expression; undefined where it has none. */
  async value(expr: string): Promise<number | undefined> {
    return (await this.values(expr))[0];
  }
}
