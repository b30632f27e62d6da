import { describe, expect, test } from '@jest/globals';
import { EgressRules } from './rules.ts';
import { checkSendable, checkUrl, MAX_URL_LENGTH } from './url.ts';

const rules = new EgressRules();
const ruleOf = (url: string, by = rules): string => {
  const check = checkUrl(url, by);
  return check.ok ? 'ok' : check.rule;
};

describe('the check of a URL', () => {
  test.each([
    'https://example.com/',
    'https://example.com',
    'HTTPS://EXAMPLE.COM:8443/hooks/a?b=c&d=%20',
    'http://sub.example.co.uk:8080/',
    'https://bücher.example/',
    'https://8.8.8.8/',
    'https://134744072/', // 8.8.8.8 in an odd spelling is still a public address
    'https://[2606:4700:4700::1111]:8443/',
    'https://example.com./',
    'https://a_b.example.com/',
    "https://example.com/?name=O'Brien",
    'https://example.com/hook?',
    'https://example.com/hook?up=../..',
    'https://example.com/.../..a/b..',
    'https://local.example.com/',
    'https://svc.example.com/',
    'https://localhost.example.com/',
  ])('accepts %s', (url) => expect(ruleOf(url)).toBe('ok'));

  test.each([
    ['length', ''],
    ['length', `https://example.com/${'a'.repeat(MAX_URL_LENGTH)}`],
    ['characters', ' https://example.com/'],
    ['characters', 'https://exam\tple.com/'],
    ['characters', 'https://example.com/\r\nx: y'],
    ['characters', 'https://example.com/\0'],
    ['characters', 'https:\\\\example.com/'],
    ['characters', 'https://example.com\\@127.0.0.1/'],
    ['characters', 'https://example.com/\u00a0'],
    ['characters', 'https://local\u00adhost/'],
    ['characters', 'https://example.com/\u202egpj'],
    ['characters', 'https://127.0.0.1\u2060/'],
    ['fragment', 'https://example.com/#a'],
    ['fragment', 'https://example.com#@127.0.0.1/'],
    ['scheme', 'ftp://example.com/'],
    ['scheme', 'file:///etc/passwd'],
    ['scheme', 'javascript:alert(1)'],
    ['scheme', 'example.com'],
    ['scheme', '//example.com/'],
    ['scheme', 'https:example.com'],
    ['scheme', 'https:/example.com'],
    ['scheme', 'https:///example.com'],
    ['scheme', 'https://?a'],
    ['credentials', 'https://user:pass@example.com/'],
    ['credentials', 'https://@example.com/'],
    ['credentials', 'https://example.com@127.0.0.1/'],
    ['host', 'http://%31%32%37.0.0.1/'],
    ['host', 'http://127.0.0.1%00.example.com/'],
    ['host', 'http://a..example.com/'],
    ['host', 'http://localhost../'],
    ['url', 'http://1.2.3.4.5/'],
    ['url', 'http://[::1/'],
    ['url', 'http://[fe80::1eth0]/'],
    ['host', 'http://[fe80::1%25eth0]/'],
    ['url', 'http://example.com:99999/'],
    ['port', 'http://example.com:0/'],
    ['port', 'http://example.com:22/'],
    ['port', 'https://example.com:25/'],
    ['port', 'http://example.com:6667/'],
    ['internal_name', 'http://localhost/'],
    ['internal_name', 'http://LOCALHOST:8080/'],
    ['internal_name', 'http://localhost./'],
    ['internal_name', 'http://a.b.localhost/'],
    ['internal_name', 'http://printer.local/'],
    ['internal_name', 'http://api.default.svc.cluster.local/'],
    ['internal_name', 'http://metadata.google.internal/'],
    ['internal_name', 'http://metadata.google.internal./'],
    ['internal_name', 'http://localhost.localdomain/'],
    ['internal_name', 'http://router.home.arpa/'],
    ['internal_name', 'http://kubernetes/'],
    ['internal_name', 'http://kubernetes.default/'],
    ['internal_name', 'http://kubernetes.default.svc/'],
    ['internal_name', 'http://KUBERNETES.Default.SVC./'],
    ['internal_name', 'http://10-1-2-3.shop.pod/'],
    ['internal_name', 'http://dns.kube-system/'],
    ['internal_name', 'http://db.service.consul/'],
    ['internal_name', 'http://nas.lan/'],
    ['internal_name', 'http://router.home/'],
    ['internal_name', 'http://erp.corp/'],
    ['internal_name', 'http://erp.intranet/'],
    ['internal_name', 'http://erp.private/'],
    ['internal_name', 'http://host.docker.internal/'],
    ['internal_name', 'http://x.service.arpa/'],
    ['internal_name', 'http://abc.onion/'],
    ['internal_name', 'http://a.b1/'],
    ['dot_segments', 'https://example.com/.'],
    ['dot_segments', 'https://example.com/a/./b'],
    ['dot_segments', 'https://example.com/a/..'],
    ['dot_segments', 'https://example.com/a/../b?c'],
    ['dot_segments', 'https://example.com/%2e/b'],
    ['dot_segments', 'https://example.com/a/%2E%2e/b'],
    ['dot_segments', 'https://example.com/a/.%2E'],
    ['dot_segments', 'https://example.com/a/%2e.?b'],
    ['characters', 'https://example.com/café'],
    ['characters', 'https://example.com/a"b'],
    ['characters', 'https://example.com/{id}'],
    ['characters', 'https://example.com/?a=<b>'],
    // Homographs that IDNA maps to the real thing.
    ['internal_name', 'http://ｌｏｃａｌｈｏｓｔ/'],
    ['internal_name', 'http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/'],
    ['internal_name', 'http://𝓁ocalhost/'],
    ['internal_name', 'http://loCaLhoſt/'],
    ['internal_name', 'http://metadata。google。internal/'],
  ])('refuses for its %s: %j', (rule, url) => expect(ruleOf(url)).toBe(rule));

  test.each([
    'http://127.0.0.1/',
    'http://127.0.0.1./',
    'http://127.1/',
    'http://127.0.1/',
    'http://2130706433/',
    'http://017700000001/',
    'http://0177.0.0.1/',
    'http://0x7f.0.0.1/',
    'http://0x7f000001/',
    'http://0X7F.1/',
    'http://127.000.000.001/',
    'http://１２７.0.0.1/',
    'http://127。0。0。1/',
    'http://①②⑦.0.0.1/',
    'http://0/',
    'http://0.0.0.0/',
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://10.0.0.1/',
    'http://192.168.1.1:8080/',
    'http://[::1]/',
    'http://[::]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::169.254.169.254]/',
    'http://[::a9fe:a9fe]/',
    'http://[64:ff9b::127.0.0.1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:1:2:3:4:80ff:fffe]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
  ])('refuses the address behind %s, whatever its spelling', (url) => expect(ruleOf(url)).toBe('blocked_address'));

  test('lets this machine through where its addresses are allowed', () => {
    const loopback = new EgressRules({ allow: ['127.0.0.0/8'] });
    const passing = ['http://localhost:8080/', 'http://a.localhost/', 'http://127.0.0.1:3000/x', 'http://0x7f.1/'];
    expect(passing.map((url) => ruleOf(url, loopback))).toEqual(passing.map(() => 'ok'));
    expect(ruleOf('http://[::1]/', loopback)).toBe('blocked_address');
    expect(ruleOf('http://10.0.0.1/', loopback)).toBe('blocked_address');
  });

  test('leaves inner names to the check of their addresses where inner addresses are allowed', () => {
    const inner = new EgressRules({ allow: ['10.0.0.0/8'] });
    expect(['http://receiver:8080/', 'http://a.internal/'].map((url) => ruleOf(url, inner))).toEqual(['ok', 'ok']);
    expect(ruleOf('http://localhost/', inner)).toBe('internal_name');
  });

  test('lets no inner name through where only this machine is allowed, as under `npm start`', () => {
    const loopback = new EgressRules({ allow: ['127.0.0.0/8', '::1/128'] });
    const inner = ['http://kubernetes.default.svc/', 'http://receiver:8080/', 'http://a.internal/', 'http://nas.lan/'];
    expect(inner.map((url) => ruleOf(url, loopback))).toEqual(inner.map(() => 'internal_name'));
    expect(['http://localhost:4000/', 'http://shop.localhost/'].map((url) => ruleOf(url, loopback))).toEqual([
      'ok',
      'ok',
    ]);
  });

  test('a name that is refused at registration only is left to the check of its addresses at sending', () => {
    for (const url of ['http://nas.lan/', 'https://example.com/a/../b', 'https://example.com/café']) {
      expect([ruleOf(url), checkSendable(url, rules).ok]).toEqual([expect.not.stringMatching(/^ok$/), true]);
    }
  });

  test('tells how a character is written', () => {
    expect(checkUrl('https://example.com/café?', rules)).toMatchObject({
      detail: expect.stringContaining('Write "/caf%C3%A9"'),
    });
  });

  test('says which rule was broken, in a sentence', () => {
    expect(checkUrl('ftp://example.com', rules)).toEqual({
      ok: false,
      rule: 'scheme',
      detail: 'A URL begins with http:// or https:// and a host.',
    });
  });
});
