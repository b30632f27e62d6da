import { Controller, Delete, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  Answers,
  bearerToken,
  Caller,
  Fails,
  forgetSessionCookies,
  hashApiKey,
  problem,
  Roles,
  sessionCookie,
  WhileSuspended,
} from '@signet/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ApiKeyQueries } from '../api-key/api-key.queries.ts';
import type { ApiKeyRow } from '../api-key/api-key.row.ts';
import { RuleBroken } from '../http/rule-broken.ts';
import { sessionAnswer, sessionExample } from './session.answers.ts';
import { Sessions } from './sessions.ts';

const KEY_NEEDED = 'A session is begun with an API key: send it as "Authorization: Bearer <key>".';
const NO_SESSION = 'This request has an API key, and no session.';
const REVOKED = { api_key_not_found: 'The key was revoked just now.' };
const SET_COOKIE = { 'Set-Cookie': 'The session: HttpOnly, SameSite=Strict, and over TLS Secure.' };

const view = (key: ApiKeyRow, expiresAt: string | null): z.infer<typeof sessionAnswer> => ({
  keyId: key.id,
  keyName: key.name,
  keyPrefix: key.prefix,
  role: key.role,
  tenantId: key.tenantId,
  expiresAt,
});

@ApiTags('Session')
@Roles('operator', 'tenant')
@Controller('v1/session')
export class SessionHttp {
  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(ApiKeyQueries) private readonly keys: ApiKeyQueries,
  ) {}

  @Post()
  @WhileSuspended()
  @ApiOperation({
    operationId: 'beginSession',
    summary: 'Sign a browser in',
    description:
      'Exchanges the API key in `Authorization` for a cookie, which every service accepts in its place. The session ends after ' +
      'SIGNET_SESSION_LIFETIME (12 h), with DELETE /v1/session, and when the key is revoked. ' +
      'The response to a repetition with the same Idempotency-Key sets no cookie.',
  })
  @Answers(201, 'The browser is signed in.', sessionAnswer, { headers: SET_COOKIE, example: sessionExample })
  @Fails(403, { api_key_needed: KEY_NEEDED })
  @Fails(404, REVOKED)
  async begin(
    @Caller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    // Otherwise a session could be prolonged for ever.
    if (caller.session !== undefined) throw problem(403, 'api_key_needed', KEY_NEEDED);
    const key = await this.keyOf(caller);
    // Not the hash in the row: the first operator key may have been replaced since the guard has looked.
    const keyHash = hashApiKey(bearerToken(request.headers.authorization) ?? '');
    const { token, expiresAt } = await this.sessions.begin(caller, keyHash);
    reply.header('set-cookie', sessionCookie(request, token, this.sessions.lifetimeMs));
    return view(key, expiresAt.toISOString());
  }

  @Get()
  @ApiOperation({
    operationId: 'getSession',
    summary: 'Read who is signed in',
    description: 'The API key, the role and the tenant of the session, or of the key that sends this request.',
  })
  @Answers(200, 'Who is signed in.', sessionAnswer, { example: sessionExample })
  @Fails(404, REVOKED)
  async read(@Caller() caller: Caller) {
    return view(await this.keyOf(caller), caller.session?.expiresAt ?? null);
  }

  @Delete()
  @HttpCode(204)
  @WhileSuspended()
  @ApiOperation({
    operationId: 'endSession',
    summary: 'Sign a browser out',
    description: 'Every service refuses the session within seconds. Other sessions of the same key go on.',
  })
  @Answers(204, 'The browser is signed out.', undefined, { headers: { 'Set-Cookie': 'Removes the cookie.' } })
  @Fails(404, { session_not_found: NO_SESSION })
  async end(
    @Caller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (caller.session === undefined) throw new RuleBroken('not_found', 'session_not_found', NO_SESSION);
    await this.sessions.end(caller, caller.session.hash);
    reply.header('set-cookie', forgetSessionCookies(request));
  }

  private async keyOf({ keyId }: Caller): Promise<ApiKeyRow> {
    const key = await this.keys.find(keyId);
    if (key === undefined) throw new RuleBroken('not_found', 'api_key_not_found', REVOKED.api_key_not_found);
    return key;
  }
}
