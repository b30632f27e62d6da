import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Caller, decodeCursor, emptyPage, Fails, pageOf, Roles, scopeOf } from '@signet/service-kit';
import type { FastifyReply } from 'fastify';
import { deliveryPlace } from '../../delivery/http/delivery.schemas.ts';
import {
  previewView,
  replayAnswer,
  replayExample,
  replayPageAnswer,
  replayPreviewAnswer,
  replayPreviewExample,
  replayView,
} from './replay.answers.ts';
import { createReplayBody, createReplayQuery, listReplaysQuery } from './replay.schemas.ts';
import type { CreateReplayBody, CreateReplayQuery, ListReplaysQuery } from './replay.schemas.ts';
import { NOT_NOW, REPLAY_ENDED, REPLAY_NOT_FOUND, Replays, WEBHOOK_NOT_FOUND } from '../replays.ts';

@ApiTags('Replays')
@Roles('operator', 'tenant')
@Controller('v1/replays')
export class ReplayHttp {
  constructor(@Inject(Replays) private readonly replays: Replays) {}

  @Post()
  @ApiOperation({
    operationId: 'createReplay',
    summary: 'Replay messages of a webhook',
    description:
      'A durable job: it runs at a steady pace, goes on after a restart, and shows its progress. With preview=true nothing is replayed: the response only says how many messages would be.',
  })
  @Answers(200, 'A preview: nothing is replayed.', replayPreviewAnswer, { example: replayPreviewExample })
  @Answers(201, 'The replay is under way.', replayAnswer, {
    headers: { Location: 'URL that shows the progress.' },
    example: replayExample,
  })
  @Fails(404, WEBHOOK_NOT_FOUND)
  @Fails(409, NOT_NOW)
  async create(
    @Body({ schema: createReplayBody }) body: CreateReplayBody,
    @Query({ schema: createReplayQuery }) { preview }: CreateReplayQuery,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (preview === 'true') {
      reply.status(200);
      return previewView(await this.replays.preview(body, caller));
    }
    const replay = await this.replays.create(body, caller);
    reply.header('location', `/v1/replays/${replay.id}`);
    return replayView(replay);
  }

  @Get()
  @ApiOperation({
    operationId: 'listReplays',
    summary: 'List replays',
    description: "Newest first. Operators see every tenant's.",
  })
  @Answers(200, 'A page of replays.', replayPageAnswer, { example: { data: [replayExample], nextCursor: null } })
  async list(@Query({ schema: listReplaysQuery }) query: ListReplaysQuery, @Caller() caller: Caller) {
    const { limit, cursor, tenantId, ...filter } = query;
    const after = decodeCursor(cursor, deliveryPlace) ?? null;
    const scope = scopeOf(caller, tenantId);
    if (!scope) return emptyPage();
    const rows = await this.replays.list({ ...filter, ...scope }, after, limit + 1);
    const page = pageOf(rows, limit, ({ createdAt, id }) => ({ createdAt: createdAt.toISOString(), id }));
    return { ...page, data: page.data.map(replayView) };
  }

  @Get(':id')
  @ApiOperation({ operationId: 'getReplay', summary: 'Read a replay', description: 'The progress of the replay.' })
  @Answers(200, 'The replay.', replayAnswer, { example: replayExample })
  @Fails(404, REPLAY_NOT_FOUND)
  async read(@Param('id') id: string, @Caller() caller: Caller) {
    return replayView(await this.replays.find(id, caller));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'cancelReplay',
    summary: 'Cancel a replay',
    description: 'The replay requests no more deliveries; deliveries that it requested already go on.',
  })
  @Answers(204, 'The job is cancelled.')
  @Fails(404, REPLAY_NOT_FOUND)
  @Fails(409, REPLAY_ENDED)
  async cancel(@Param('id') id: string, @Caller() caller: Caller): Promise<void> {
    await this.replays.cancel(id, caller);
  }
}
