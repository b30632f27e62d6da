import type { Api } from '../../dev/demo/api.ts';
import { EVENT_TYPE, SaleMaker } from './sale.ts';

interface EventType {
  readonly name: string;
  readonly example: Readonly<Record<string, unknown>>;
  readonly schema?: { readonly additionalProperties?: unknown };
}

/** Sales after the example of the event catalogue that the running Signet serves. */
export async function fetchSaleMaker(api: Api): Promise<SaleMaker> {
  const { body } = await api.get<{ data: readonly EventType[] }>('/v1/event-types?limit=200');
  const type = body.data.find(({ name }) => name === EVENT_TYPE);
  if (type === undefined) throw new Error(`The event catalogue has no ${EVENT_TYPE}.`);
  return new SaleMaker(type.example, type.schema?.additionalProperties !== false);
}
