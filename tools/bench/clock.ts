/**
 * Microseconds of the machine's monotonic clock. It is one clock for every process of the machine, so a time taken in
 * the driver and one taken in the receiver can be subtracted; it says nothing about the time of day.
 */
export const nowMicros = (): number => Number(process.hrtime.bigint() / 1_000n);
