import { ApiProblem } from '../api/problem.ts';

export type Service = 'Registry' | 'Delivery';

/** Since when a service does not answer, and with what. */
export interface Away {
  readonly since: Date;
  readonly error: ApiProblem;
}

export type AwayServices = Readonly<Partial<Record<Service, Away>>>;

/** The service that serves a path of the API. */
export const serviceOf = (path: string): Service =>
  /^\/v1\/(deliveries|failures|replays|circuits|statistics)\b/.test(path) ? 'Delivery' : 'Registry';

/** What people see of a service. */
export const SHOWN_OF: Readonly<Record<Service, string>> = {
  Registry: 'webhooks, tenants and keys',
  Delivery: 'deliveries, failures, statistics, circuits and replays',
};

/** No answer at all, or one of the gateway: every other answer, also an error, is of the service itself. */
const isAway = (error: unknown): error is ApiProblem =>
  error instanceof ApiProblem && [0, 502, 503, 504].includes(error.status);

/** @param error undefined: the service has answered */
export function awayAfter(before: AwayServices, service: Service, error: unknown, at: Date): AwayServices {
  if (isAway(error)) return { ...before, [service]: { since: before[service]?.since ?? at, error } };
  if (before[service] === undefined) return before;
  return Object.fromEntries(Object.entries(before).filter(([name]) => name !== service));
}
