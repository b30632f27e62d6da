import type { Container, Fields } from './manifests.ts';

/** Times of a service after SIGTERM, milliseconds. */
export interface StopTimes {
  /** SIGNET_SHUTDOWN_DEADLINE. */
  readonly deadlineMs: number;
  /** SIGNET_DRAIN_PAUSE, part of the deadline. */
  readonly pauseMs: number;
}

/** Kubernetes takes a few seconds to tell gateways and nodes that a pod is being removed; until then requests still come. */
const ENDPOINTS_MS = 5_000;
/** Time for Node.js to exit after the deadline and before SIGKILL. */
const EXIT_MS = 3_000;

/**
 * Checks that a pod has the time that its service needs to stop, and that it serves until no requests are sent to it any more.
 *
 * @returns a sentence for each fault
 */
export function stopFaults(spec: Fields, container: Container, { deadlineMs, pauseMs }: StopTimes): string[] {
  const graceMs = Number(spec['terminationGracePeriodSeconds']) * 1_000;
  const preStopMs = Number(container['lifecycle']?.preStop?.sleep?.seconds ?? 0) * 1_000;
  return [
    ...(graceMs >= preStopMs + deadlineMs + EXIT_MS
      ? []
      : [
          `${container.name}: ${graceMs} ms of grace are too few for ${preStopMs} ms of preStop and a deadline of ${deadlineMs} ms`,
        ]),
    ...(preStopMs + pauseMs >= ENDPOINTS_MS
      ? []
      : [
          `${container.name}: requests still come for ${ENDPOINTS_MS} ms, but the drain begins after ${preStopMs + pauseMs} ms`,
        ]),
  ];
}

/**
 * Checks that the three probes ask the right path of the management port, and that readiness acts before liveness does.
 *
 * @returns a sentence for each fault
 */
export function probeFaults(container: Container): string[] {
  const wanted = { startupProbe: '/readyz', readinessProbe: '/readyz', livenessProbe: '/livez' };
  const wrong = Object.entries(wanted).flatMap(([name, path]) => {
    const { httpGet } = container[name] ?? {};
    return httpGet?.path === path && httpGet?.port === 'management'
      ? []
      : [`${container.name}: ${name} must ask ${path}`];
  });
  const patience = (name: string): number =>
    Number(container[name]?.periodSeconds ?? 10) * Number(container[name]?.failureThreshold ?? 3);
  if (patience('livenessProbe') <= patience('readinessProbe'))
    wrong.push(`${container.name}: a pod must be out of service before it is ended`);
  // A service may wait a minute (SIGNET_STARTUP_WAIT) for its servers, and then needs time for migrations and for reading its tables.
  if (patience('startupProbe') < 120) wrong.push(`${container.name}: a start may take two minutes`);
  return wrong;
}
