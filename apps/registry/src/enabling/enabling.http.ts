import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Caller, Fails, Roles } from '@signet/service-kit';
import type { FastifyReply } from 'fastify';
import { uuidPlaceOf, viewPage } from '../http/page.ts';
import {
  enablingAnswer,
  enablingExample,
  enablingPageAnswer,
  enablingPreviewAnswer,
  enablingPreviewExample,
  enablingPreviewView,
  enablingView,
} from './enabling.answers.ts';
import type { CreateEnablingBody, CreateEnablingQuery, ListEnablingsQuery } from './enabling.schemas.ts';
import { createEnablingBody, createEnablingQuery, listEnablingsQuery, orderOf } from './enabling.schemas.ts';
import { ENABLING_ENDED, ENABLING_NOT_FOUND, Enablings } from './enablings.ts';

@ApiTags('Webhooks')
@Roles('operator')
@Controller('v1/webhooks/enablings')
export class EnablingHttp {
  constructor(@Inject(Enablings) private readonly enablings: Enablings) {}

  @Post()
  @ApiOperation({
    operationId: 'createEnabling',
    summary: 'Enable many webhooks together',
    description:
      'For operators, after a fault of the platform: enables the webhooks of all tenants, or of one, that were disabled automatically within a time range and still are. A durable job: it goes on after a restart, and one webhook that cannot be enabled does not stop the others. With preview=true nothing is enabled: the response only says how many webhooks would be.',
  })
  @Answers(200, 'A preview: nothing is enabled.', enablingPreviewAnswer, { example: enablingPreviewExample })
  @Answers(201, 'The webhooks are being enabled.', enablingAnswer, {
    headers: { Location: 'URL that shows the progress.' },
    example: enablingExample,
  })
  async create(
    @Body({ schema: createEnablingBody }) body: CreateEnablingBody,
    @Query({ schema: createEnablingQuery }) { preview }: CreateEnablingQuery,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const order = orderOf(body);
    if (preview === 'true') {
      reply.status(200);
      return enablingPreviewView(await this.enablings.preview(order));
    }
    const enabling = await this.enablings.create(order, caller);
    reply.header('location', `/v1/webhooks/enablings/${enabling.id}`);
    return enablingView(enabling);
  }

  @Get()
  @ApiOperation({
    operationId: 'listEnablings',
    summary: 'List enablings of many webhooks',
    description: 'Newest first.',
  })
  @Answers(200, 'A page of enablings.', enablingPageAnswer, {
    example: { data: [enablingExample], nextCursor: null },
  })
  async list(@Query({ schema: listEnablingsQuery }) { limit, cursor, tenantId }: ListEnablingsQuery) {
    const after = uuidPlaceOf(cursor);
    return viewPage(await this.enablings.list(tenantId, after, limit + 1), limit, enablingView);
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getEnabling',
    summary: 'Read an enabling of many webhooks',
    description: 'The progress, and the webhooks that could not be enabled.',
  })
  @Answers(200, 'The enabling.', enablingAnswer, { example: enablingExample })
  @Fails(404, ENABLING_NOT_FOUND)
  async read(@Param('id') id: string) {
    return enablingView(await this.enablings.find(id));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'cancelEnabling',
    summary: 'Cancel an enabling of many webhooks',
    description: 'No more webhooks are enabled; the webhooks that it has enabled already stay enabled.',
  })
  @Answers(204, 'The job is cancelled.')
  @Fails(404, ENABLING_NOT_FOUND)
  @Fails(409, ENABLING_ENDED)
  async cancel(@Param('id') id: string): Promise<void> {
    await this.enablings.cancel(id);
  }
}
