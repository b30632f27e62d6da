/** Codes of Node and OpenSSL, as the message of the attempt has them, with what they mean for the owner of a receiver. */
const CERTIFICATES: readonly (readonly [codes: RegExp, what: string, advice: string])[] = [
  [/CERT_HAS_EXPIRED/, 'has expired', 'Renew the certificate, and check that the server has loaded the new one.'],
  [/CERT_NOT_YET_VALID/, 'is not valid yet', 'Check the clock of the machine that made it, or wait until it begins.'],
  [
    /ALTNAME_INVALID|certificate name/i,
    'is for another name',
    'Use a certificate whose subject alternative names have the name of the URL, or a URL with the name of the certificate.',
  ],
  [
    /SELF_SIGNED|DEPTH_ZERO/,
    'is signed by nobody whom Signet trusts',
    'It is self-signed. Use one of a public authority, such as Let’s Encrypt.',
  ],
  [
    /UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|ISSUER_CERT/,
    'cannot be traced to an authority',
    'Most often the server leaves out the intermediate certificate: let it send the full chain.',
  ],
  [/CERT_REVOKED/, 'was revoked', 'Get a new one from your authority.'],
];

interface TlsAdvice {
  readonly title: string;
  readonly advice: string;
}

/** @param name the name of the receiver's URL, for which its certificate must be */
export function tlsAdvice(name: string, message: string): TlsAdvice {
  const [, what, advice] = CERTIFICATES.find(([codes]) => codes.test(message)) ?? [];
  if (what !== undefined && advice !== undefined) return { title: `The certificate of ${name} ${what}`, advice };
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|alert/i.test(message))
    return {
      title: `${name} ended the TLS handshake`,
      advice:
        'It may ask for a client certificate: add one to this webhook, or replace the present one. It must also speak TLS 1.2 or newer.',
    };
  return {
    title: `There is no TLS connection to ${name}`,
    advice: `Check the certificate of ${name}, that its port speaks TLS, and that it takes TLS 1.2 or newer.`,
  };
}
