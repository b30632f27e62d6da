import { text } from '@signet/service-kit';
import type { z } from 'zod';

/** `smtp://host:587`, `smtps://user:password@host`; `?requireTLS=true` insists on STARTTLS. */
export const smtpUrl = (): z.ZodType<string, string> =>
  text((raw) => {
    const { protocol, hostname } = new URL(raw);
    return (protocol === 'smtp:' || protocol === 'smtps:') && hostname !== '' ? raw : undefined;
  }, 'must be a URL such as smtp://user:password@mail.example:587 or smtps://mail.example');

const ADDRESS = /^[^\s<>@",;]+@[^\s<>@",;]+$/;

/** `alerts@shop.example` or `Signet <alerts@shop.example>`. */
export const mailAddress = (): z.ZodType<string, string> =>
  text((raw) => {
    const [, inBrackets] = /^[^<>\r\n]+<([^<>]+)>$/.exec(raw) ?? [];
    return ADDRESS.test(inBrackets ?? raw) ? raw : undefined;
  }, 'must be an address such as alerts@shop.example or Signet <alerts@shop.example>');
