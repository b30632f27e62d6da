/** The oldest Node on which `npm start` and `npm test` can at least start the Node of node_modules. */
const OLDEST_THAT_STARTS = 20;

/**
 * How well this version of Node is supported: `supported` runs everything, `starts only` starts the Node 24 of node_modules and
 * nothing else, `too old` does not even do that.
 *
 * @param {string} version such as 22.19.0
 * @param {string} minimum such as >=22.19, as `engines` in package.json says
 * @returns {'supported' | 'starts only' | 'too old'}
 */
export function nodeSupport(version, minimum) {
  const [major, minor] = numbersOf(version);
  const [minimumMajor, minimumMinor] = numbersOf(minimum.replace('>=', ''));
  if (major > minimumMajor || (major === minimumMajor && minor >= minimumMinor)) return 'supported';
  return major >= OLDEST_THAT_STARTS ? 'starts only' : 'too old';
}

const numbersOf = (version) => version.split('.').map(Number);
