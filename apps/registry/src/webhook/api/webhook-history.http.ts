import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Caller, decodeCursor, Fails, pageOf, Roles } from '@signet/service-kit';
import { z } from 'zod';
import type { HistoryQuery } from './webhook.schemas.ts';
import { historyQuery } from './webhook.schemas.ts';
import { WebhookHistory } from '../read-model/webhook-history.service.ts';
import { historyAnswer, historyExample } from './webhook.answers.ts';
import { WEBHOOK_NOT_FOUND } from './webhook.openapi-failures.ts';

const place = z.strictObject({ version: z.int().positive() });

@ApiTags('Webhooks')
@Roles('operator', 'tenant')
@Controller('v1/webhooks/:id/history')
export class WebhookHistoryHttp {
  constructor(@Inject(WebhookHistory) private readonly history: WebhookHistory) {}

  @Get()
  @ApiOperation({
    operationId: 'getWebhookHistory',
    summary: 'What happened to a webhook, when and by whom',
    description: 'The latest fact first, also for a deleted webhook. With `at`: the webhook as it was at that time.',
  })
  @Answers(200, 'A page of facts; with `at`, the webhook as it was then.', historyAnswer, { example: historyExample })
  @Fails(404, WEBHOOK_NOT_FOUND)
  async read(
    @Param('id') id: string,
    @Query({ schema: historyQuery }) { at, limit, cursor }: HistoryQuery,
    @Caller() caller: Caller,
  ) {
    if (at !== undefined) return this.history.at(id, at, caller);
    const before = decodeCursor(cursor, place)?.version;
    const entries = await this.history.entries(id, { limit: limit + 1, before }, caller);
    return pageOf(entries, limit, ({ version }) => ({ version }));
  }
}
