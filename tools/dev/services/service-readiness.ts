/** More than a service takes for its checks. */
const READY_ANSWER_MS = 5_000;

/** Whether this very process is ready: where its port was taken before it listened, another Signet's service may answer there. */
export async function answersReady(managementPort: number, pid: number): Promise<boolean> {
  const signal = AbortSignal.timeout(READY_ANSWER_MS);
  const response = await fetch(`http://127.0.0.1:${managementPort}/readyz`, { signal });
  return response.ok && response.headers.get('signet-process-id') === String(pid);
}
