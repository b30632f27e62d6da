/** The default export of a script: resolves to the exit code. It must end soon when `stopping` is aborted. */
export type FaultScript = (args: readonly string[], stopping: AbortSignal) => Promise<number>;
