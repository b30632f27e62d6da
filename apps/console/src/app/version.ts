declare const SIGNET_VERSION: string;

/** The version of this console, which is that of the registry that served it. The build writes it (vite.config.mjs). */
export const VERSION: string = SIGNET_VERSION;
