import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Caller, Fails, parseIfMatch, Roles } from '@signet/service-kit';
import type { FastifyReply } from 'fastify';
import { viewPage, uuidPlaceOf } from '../../http/page.ts';
import type { CreateWebhookBody, ListWebhooksQuery, UpdateWebhookBody } from './webhook.schemas.ts';
import { createWebhookBody, listWebhooksQuery, updateWebhookBody } from './webhook.schemas.ts';
import { Webhooks } from '../webhook.service.ts';
import {
  registeredExample,
  registeredWebhookAnswer,
  webhookDetailsAnswer,
  webhookExample,
  webhookPageAnswer,
} from './webhook.answers.ts';
import { BROKEN_AS_A_WHOLE, ETAG, NOTHING_TO_KEEP, STALE, WEBHOOK_NOT_FOUND } from './webhook.openapi-failures.ts';
import { tagged } from '../../http/tagged.ts';
import { EveryFaultInterceptor } from './webhook.every-fault.interceptor.ts';

/** The routes to create, read, list, change and delete webhooks. */
@ApiTags('Webhooks')
@Roles('operator', 'tenant')
@Controller('v1/webhooks')
export class WebhookHttp {
  constructor(@Inject(Webhooks) private readonly webhooks: Webhooks) {}

  @Post()
  @UseInterceptors(EveryFaultInterceptor)
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Register a webhook',
    description: 'The response shows the signing secret; lists never show it.',
  })
  @Answers(
    201,
    'The webhook is registered; events published from now on are delivered to it.',
    registeredWebhookAnswer,
    {
      headers: { ...ETAG, Location: 'Where it is.' },
      example: registeredExample,
    },
  )
  @Fails(409, { too_many_webhooks_of_url: 'At most 10 webhooks of a tenant have the same URL.' })
  @Fails(422, BROKEN_AS_A_WHOLE)
  async register(
    @Body({ schema: createWebhookBody }) body: CreateWebhookBody,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const webhook = await this.webhooks.register(body, caller);
    reply.header('location', `/v1/webhooks/${webhook.id}`);
    return tagged(reply, webhook);
  }

  @Get()
  @ApiOperation({
    operationId: 'listWebhooks',
    summary: 'List webhooks',
    description: "Newest first. Operators see every tenant's.",
  })
  @Answers(200, 'A page of webhooks.', webhookPageAnswer, { example: { data: [webhookExample], nextCursor: null } })
  async list(@Query({ schema: listWebhooksQuery }) query: ListWebhooksQuery, @Caller() caller: Caller) {
    const { limit, cursor, ...filter } = query;
    const rows = await this.webhooks.list(filter, { limit: limit + 1, after: uuidPlaceOf(cursor) }, caller);
    return viewPage(rows, limit, this.webhooks.viewOf);
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getWebhook',
    summary: 'Read a webhook',
    description: 'Everything except its secrets and the private key of its certificate.',
  })
  @Answers(200, 'The webhook.', webhookDetailsAnswer, { headers: ETAG, example: webhookExample })
  @Fails(404, WEBHOOK_NOT_FOUND)
  async read(@Param('id') id: string, @Caller() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply) {
    return tagged(reply, await this.webhooks.view(id, caller));
  }

  @Patch(':id')
  @UseInterceptors(EveryFaultInterceptor)
  @ApiOperation({
    operationId: 'updateWebhook',
    summary: 'Change a webhook',
    description:
      'Fields that are missing stay as they are; null sets a field back to its default. ' +
      'With If-Match the change is refused when the webhook has changed since it was read.',
  })
  @Answers(200, 'The webhook after the change.', webhookDetailsAnswer, { headers: ETAG, example: webhookExample })
  @Fails(404, WEBHOOK_NOT_FOUND)
  @Fails(409, { too_many_webhooks_of_url: 'At most 10 webhooks of a tenant have the same URL.' })
  @Fails(412, STALE)
  @Fails(422, { ...BROKEN_AS_A_WHOLE, ...NOTHING_TO_KEEP })
  async update(
    @Param('id') id: string,
    @Body({ schema: updateWebhookBody }) body: UpdateWebhookBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return tagged(reply, await this.webhooks.update(id, body, parseIfMatch(ifMatch), caller));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook',
    description: 'With If-Match the webhook is not deleted when it has changed since it was read.',
  })
  @Answers(204, 'It is deleted.')
  @Fails(404, WEBHOOK_NOT_FOUND)
  @Fails(412, STALE)
  async delete(
    @Param('id') id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Caller() caller: Caller,
  ): Promise<void> {
    await this.webhooks.delete(id, parseIfMatch(ifMatch), caller);
  }
}
