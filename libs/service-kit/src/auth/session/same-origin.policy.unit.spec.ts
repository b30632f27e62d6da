import { expect, test } from '@jest/globals';
import { reasonToRefuse } from './same-origin.policy.ts';

const host = 'signet.example';

test.each([
  ['Sec-Fetch-Site says so', { fetchSite: 'same-origin', host }],
  ['Sec-Fetch-Site says so, whatever a gateway has made of Host', { fetchSite: 'same-origin', host: '10.0.0.7:3000' }],
  ['Origin is the address', { origin: 'https://signet.example', host }],
  ['Origin is the address, in capitals', { origin: 'https://SIGNET.example', host }],
  ['Host names the default port', { origin: 'https://signet.example', host: 'signet.example:443' }],
  ['both name another port', { origin: 'http://localhost:8080', host: 'localhost:8080' }],
])('a request is of this origin where %s', (_what, sender) => {
  expect(reasonToRefuse({ fetchSite: undefined, origin: undefined, ...sender })).toBeUndefined();
});

test.each([
  ['of another site', { fetchSite: 'cross-site', host }],
  ['of another host of the site', { fetchSite: 'same-site', host }],
  ['of no page, such as a bookmark', { fetchSite: 'none', host }],
  ['of a browser with a new word', { fetchSite: 'same-planet', host }],
  [
    'whose Origin agrees while Sec-Fetch-Site does not',
    { fetchSite: 'cross-site', origin: 'https://signet.example', host },
  ],
  ['of another host', { origin: 'https://evil.example', host }],
  ['of a host that only begins alike', { origin: 'https://signet.example.evil.example', host }],
  ['of another host of the domain', { origin: 'https://blog.signet.example', host }],
  ['of another port', { origin: 'https://signet.example:8443', host }],
  ['of a sandboxed page', { origin: 'null', host }],
  ['with nonsense as Origin', { origin: 'signet.example', host }],
  ['with a file as Origin', { origin: 'file://', host }],
  ['with nonsense as Host', { origin: 'https://signet.example', host: 'signet.example:x' }],
  ['with an empty Host', { origin: 'https://signet.example', host: '' }],
  ['that says nothing', { host }],
])('a request %s is refused', (_what, sender) => {
  expect(reasonToRefuse({ fetchSite: undefined, origin: undefined, ...sender })).toMatch(/\.$/);
});
