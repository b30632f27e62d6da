import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Answers, Caller, decodeCursor, emptyPage, Fails, pageOf, Roles, scopeOf } from '@signet/service-kit';
import type { FastifyReply } from 'fastify';
import { deliveryPlace } from '../../delivery/http/delivery.schemas.ts';
import { DeliveryJobs, JOB_ENDED, JOB_NOT_FOUND, NOT_NOW } from '../delivery-jobs.ts';
import {
  jobAnswer,
  jobExample,
  jobPageAnswer,
  jobPreviewAnswer,
  jobPreviewExample,
  jobPreviewView,
  jobView,
} from './delivery-job.answers.ts';
import { createJobBody, createJobQuery, listJobsQuery, wantedOf } from './delivery-job.schemas.ts';
import type { CreateJobBody, CreateJobQuery, ListJobsQuery } from './delivery-job.schemas.ts';

@ApiTags('Jobs')
@Roles('operator', 'tenant')
@Controller('v1/deliveries/jobs')
export class DeliveryJobHttp {
  constructor(@Inject(DeliveryJobs) private readonly jobs: DeliveryJobs) {}

  @Post()
  @ApiOperation({
    operationId: 'createDeliveryJob',
    summary: 'Retry or delete many deliveries',
    description:
      'A durable job: it runs at a steady pace, goes on after a restart, and shows its progress. With preview=true nothing is changed: the response only says how many deliveries would be.',
  })
  @Answers(200, 'A preview: nothing is changed.', jobPreviewAnswer, { example: jobPreviewExample })
  @Answers(201, 'The job is under way.', jobAnswer, {
    headers: { Location: 'URL that shows the progress.' },
    example: jobExample,
  })
  @Fails(409, NOT_NOW)
  async create(
    @Body({ schema: createJobBody }) body: CreateJobBody,
    @Query({ schema: createJobQuery }) { preview }: CreateJobQuery,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (preview === 'true') {
      reply.status(200);
      return jobPreviewView(await this.jobs.preview(wantedOf(body), caller));
    }
    const job = await this.jobs.create(wantedOf(body), caller);
    reply.header('location', `/v1/deliveries/jobs/${job.id}`);
    return jobView(job);
  }

  @Get()
  @ApiOperation({
    operationId: 'listDeliveryJobs',
    summary: 'List jobs for many deliveries',
    description: "Newest first. Operators see every tenant's, and those for every tenant.",
  })
  @Answers(200, 'A page of jobs.', jobPageAnswer, { example: { data: [jobExample], nextCursor: null } })
  async list(@Query({ schema: listJobsQuery }) query: ListJobsQuery, @Caller() caller: Caller) {
    const { limit, cursor, tenantId, state } = query;
    const after = decodeCursor(cursor, deliveryPlace) ?? null;
    const scope = scopeOf(caller, tenantId);
    if (!scope) return emptyPage();
    const rows = await this.jobs.list({ ...scope, state }, after, limit + 1);
    const page = pageOf(rows, limit, ({ createdAt, id }) => ({ createdAt: createdAt.toISOString(), id }));
    return { ...page, data: page.data.map(jobView) };
  }

  @Get(':id')
  @ApiOperation({
    operationId: 'getDeliveryJob',
    summary: 'Read a job for many deliveries',
    description: 'The progress of the job.',
  })
  @Answers(200, 'The job.', jobAnswer, { example: jobExample })
  @Fails(404, JOB_NOT_FOUND)
  async read(@Param('id') id: string, @Caller() caller: Caller) {
    return jobView(await this.jobs.find(id, caller));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'cancelDeliveryJob',
    summary: 'Cancel a job for many deliveries',
    description: 'No more deliveries are retried or deleted; what was done stays done.',
  })
  @Answers(204, 'The job is cancelled.')
  @Fails(404, JOB_NOT_FOUND)
  @Fails(409, JOB_ENDED)
  async cancel(@Param('id') id: string, @Caller() caller: Caller): Promise<void> {
    await this.jobs.cancel(id, caller);
  }
}
