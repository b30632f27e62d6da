import { parseArgs } from 'node:util';

export const USAGE = `npm run rolling -- [--in-place] [--events 100] [--api 20] [--undisturbed 30]
  --in-place     end an old replica before its successor starts; without it as deploy/k8s/base says
  --events       messages a second
  --api          requests of a tenant a second
  --undisturbed  seconds of load before the first roll-out and after the last`;

export interface RollingArguments {
  readonly inPlace: boolean;
  readonly events: number;
  readonly api: number;
  readonly undisturbedSeconds: number;
}

/** @throws Error that says what cannot be understood */
export function readArguments(args: readonly string[]): RollingArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'in-place': { type: 'boolean', default: false },
      events: { type: 'string', default: '100' },
      api: { type: 'string', default: '20' },
      undisturbed: { type: 'string', default: '30' },
    },
  });
  const number = (name: 'events' | 'api' | 'undisturbed'): number => {
    const value = Number(values[name]);
    if (!(value > 0 && value <= 10_000)) throw new Error(`--${name} is a number above 0, not "${values[name]}".`);
    return value;
  };
  return {
    inPlace: values['in-place'],
    events: number('events'),
    api: number('api'),
    undisturbedSeconds: number('undisturbed'),
  };
}
