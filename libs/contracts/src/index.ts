export * from './clock.ts';
export * from './cloud-event.ts';
export * from './delivery-outcome.ts';
export * from './delivery-request.ts';
export * from './ids.ts';
export * from './registry-snapshots.ts';
export * from './secret-context.ts';
export * from './topics.ts';
