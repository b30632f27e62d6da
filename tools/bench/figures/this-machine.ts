import { availableParallelism, cpus } from 'node:os';

/** What the figures were measured on. */
export const thisMachine = (): string =>
  `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, ${process.platform}`;
