import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Caller, Fails, Roles } from '@signet/service-kit';
import type { FastifyReply } from 'fastify';
import { tagged } from '../../http/tagged.ts';
import type { DisableBody, EnableBody, RotateBody, TestBody } from './webhook.schemas.ts';
import { disableBody, enableBody, rotateBody, testBody } from './webhook.schemas.ts';
import { Webhooks } from '../webhook.service.ts';
import {
  disabledExample,
  rotatedAnswer,
  rotatedExample,
  secretsAnswer,
  secretsExample,
  testAnswer,
  testExample,
  webhookDetailsAnswer,
  webhookExample,
} from './webhook.answers.ts';
import { ETAG, SECRET_UNREADABLE, WEBHOOK_NOT_FOUND } from './webhook.openapi-failures.ts';

/** The actions on a webhook other than changing its settings. */
@ApiTags('Webhooks')
@Roles('operator', 'tenant')
@Controller('v1/webhooks/:id')
export class WebhookActionsHttp {
  constructor(@Inject(Webhooks) private readonly webhooks: Webhooks) {}

  @Post('enable')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'enableWebhook',
    summary: 'Enable a webhook',
    description:
      'Failures in a row are counted from 0 again. With `replay`, delivery also replays what the webhook missed while it was disabled, as far back as Kafka keeps messages (7 days). That replay begins a few seconds later and is listed by GET /v1/replays.',
  })
  @Answers(200, 'The webhook after the change.', webhookDetailsAnswer, { headers: ETAG, example: webhookExample })
  @Fails(404, WEBHOOK_NOT_FOUND)
  @Fails(409, {
    webhook_enabled: 'With `replay`: the webhook is enabled already, so nothing is replayed.',
    tenant_suspended: 'With `replay`: the tenant is suspended.',
  })
  async enable(
    @Param('id') id: string,
    @Body({ schema: enableBody }) body: EnableBody,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return tagged(reply, await this.webhooks.enable(id, body?.replay, caller));
  }

  @Post('disable')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'disableWebhook',
    summary: 'Disable a webhook',
    description: 'Nothing is delivered until a user enables it.',
  })
  @Answers(200, 'The webhook after the change.', webhookDetailsAnswer, { headers: ETAG, example: disabledExample })
  @Fails(404, WEBHOOK_NOT_FOUND)
  @Fails(409, { webhook_disabled: 'The webhook is disabled already, with another reason than this request gives.' })
  async disable(
    @Param('id') id: string,
    @Body({ schema: disableBody }) body: DisableBody,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return tagged(reply, await this.webhooks.disable(id, body?.reason ?? null, caller));
  }

  @Post('test')
  @HttpCode(202)
  @ApiOperation({
    operationId: 'testWebhook',
    summary: 'Send an example',
    description: 'The delivery is marked as a test. If it fails, this does not count as a failure in a row.',
  })
  @Answers(202, 'The example is on its way.', testAnswer, { example: testExample })
  @Fails(404, WEBHOOK_NOT_FOUND)
  @Fails(409, {
    webhook_disabled: 'The webhook is disabled: enable it before testing it.',
    tenant_suspended: 'The tenant is suspended; its webhooks can be tested when the suspension has ended.',
  })
  test(@Param('id') id: string, @Body({ schema: testBody }) { eventType }: TestBody, @Caller() caller: Caller) {
    return this.webhooks.requestTest(id, eventType, caller);
  }

  @Get('secret')
  @ApiOperation({
    operationId: 'getWebhookSecret',
    summary: 'Read the signing secret',
    description: '`former` are the older secrets that still sign beside the newest one.',
  })
  @Answers(200, 'The secrets that sign deliveries now.', secretsAnswer, { example: secretsExample })
  @Fails(404, WEBHOOK_NOT_FOUND)
  @Fails(409, SECRET_UNREADABLE)
  async secret(@Param('id') id: string, @Caller() caller: Caller) {
    const [newest, ...former] = await this.webhooks.secrets(id, caller);
    return { secret: newest?.secret, former };
  }

  @Post('secret/rotate')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Rotate the signing secret',
    description:
      'For a time the older secrets go on signing beside the new one, so that the receiver can change to it.',
  })
  @Answers(200, 'The new secret.', rotatedAnswer, { example: rotatedExample })
  @Fails(404, WEBHOOK_NOT_FOUND)
  @Fails(409, { too_many_live_secrets: 'A webhook has at most 5 signing secrets at a time.' })
  rotate(@Param('id') id: string, @Body({ schema: rotateBody }) body: RotateBody, @Caller() caller: Caller) {
    return this.webhooks.rotateSecret(id, body?.secret, body?.overlapHours ?? 24, caller);
  }
}
