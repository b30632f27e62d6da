import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills every process whose command line or environment names `marker`: what tests started, however detached, and did
 * not end because they were interrupted. Reads /proc, so it finds nothing elsewhere than on Linux.
 */
export function endStragglers(marker: string): void {
  for (const pid of processesNaming(marker)) {
    if (pid === process.pid || pid === process.ppid) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** The processes whose command line or environment names `marker`; none elsewhere than on Linux. */
export const processesNaming = (marker: string): number[] => processIds().filter((pid) => mentions(pid, marker));

function processIds(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function mentions(pid: number, marker: string): boolean {
  try {
    return ['cmdline', 'environ'].some((file) => readFileSync(`/proc/${pid}/${file}`).includes(marker));
  } catch {
    // The process is another user's, or has ended.
    return false;
  }
}
