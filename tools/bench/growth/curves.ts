/** What grows from point to point. The last two leave the system changed, so they come last. */
export const CURVES = ['webhooks-a-message', 'message-size', 'tenants', 'webhooks', 'stored-deliveries'] as const;
export type CurveName = (typeof CURVES)[number];

export interface Curve {
  /** The axis. */
  readonly label: string;
  readonly points: readonly number[];
  /** With `--quick`: fewer, and none that takes long to make. */
  readonly quick: readonly number[];
}

export const CURVE: Readonly<Record<CurveName, Curve>> = {
  'webhooks-a-message': {
    label: 'webhooks that get each message',
    points: [1, 3, 10, 30, 100, 300, 1_000],
    quick: [1, 10, 50],
  },
  'message-size': {
    label: 'bytes of data in a message',
    // Ingestion takes 262,144 bytes by default.
    points: [500, 2_000, 8_000, 32_000, 128_000, 256_000],
    quick: [500, 8_000, 64_000],
  },
  tenants: { label: 'tenants that send in turn', points: [1, 3, 10, 30, 100, 300, 1_000], quick: [1, 5, 20] },
  webhooks: {
    label: 'webhooks that there are',
    points: [1, 10, 100, 1_000, 10_000, 100_000],
    quick: [1, 100, 2_000],
  },
  'stored-deliveries': {
    label: 'deliveries of the present day that are stored',
    points: [10_000, 30_000, 100_000, 300_000, 1_000_000],
    quick: [10_000, 30_000],
  },
};

/** One point of a curve. */
export interface GrowthPoint {
  readonly curve: CurveName;
  readonly x: number;
  readonly perSecond: number;
  /** NaN where CPU cannot be measured, as in JSON null. */
  readonly cpuSecondsPer1000: number;
  /** Bytes that delivery has resident at the end of the point; undefined where it cannot be seen. */
  readonly deliveryBytes: number | undefined;
}
