import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: string[];
  /** Names in lower case, folded lines joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The server's refusal of a recipient or of the mail itself; undefined: it takes the mail. */
type Refusal = { readonly code: number; readonly at: 'rcpt' | 'data' } | undefined;

/** A real mail server that keeps the mails that it gets. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  /** Called for each recipient and for each mail. */
  answer: (to: string) => Refusal = () => undefined;
  readonly #server: SMTPServer;
  #port = 0;

  private constructor(private readonly login: { user: string; password: string }) {
    this.#server = new SMTPServer({
      hideSTARTTLS: true,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        const isKnown = username === login.user && password === login.password;
        done(isKnown ? null : new Error('Wrong password'), isKnown ? { user: username } : undefined);
      },
      onRcptTo: ({ address }, _session, done) => done(refused(this.answer(address), 'rcpt')),
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const to = envelope.rcptTo.map(({ address }) => address);
          const error = refused(this.answer(to[0] ?? ''), 'data');
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          if (!error) this.mails.push({ from, to, ...parsed(Buffer.concat(chunks).toString('utf8')) });
          done(error);
        });
      },
    });
    // Tests break connections on purpose.
    this.#server.on('error', () => undefined);
  }

  static async start(): Promise<MailServer> {
    const server = new MailServer({ user: 'signet', password: 'p@ss/word' });
    server.#port = await new Promise<number>((resolve) => {
      const listening = server.#server.listen(0, '127.0.0.1', () => {
        const address = listening.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    return server;
  }

  get url(): string {
    const { user, password } = this.login;
    return `smtp://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.#port}`;
  }

  to(address: string): ReceivedMail[] {
    return this.mails.filter(({ to }) => to.includes(address));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

function refused(refusal: Refusal, at: 'rcpt' | 'data'): Error | null {
  if (refusal?.at !== at) return null;
  return Object.assign(new Error('Not today'), { responseCode: refusal.code });
}

function parsed(raw: string): Pick<ReceivedMail, 'headers' | 'text'> {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const body = rest.join('\r\n\r\n');
  const isQuoted = headers['content-transfer-encoding'] === 'quoted-printable';
  return { headers, text: isQuoted ? unquoted(body) : body };
}

/** Quoted-printable of RFC 2045, §6.7, for ASCII. */
const unquoted = (text: string): string =>
  text
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
