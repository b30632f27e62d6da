import { Module } from '@nestjs/common';
import { ApiKeyQueries } from '../api-key/api-key.queries.ts';
import { SessionHttp } from './session.http.ts';
import { Sessions } from './sessions.ts';

/** Browsers that sign in with an API key. */
@Module({
  controllers: [SessionHttp],
  providers: [ApiKeyQueries, Sessions],
})
export class SessionModule {}
