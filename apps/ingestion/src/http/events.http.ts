import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { isRetryable } from '@signet/kafka';
import type { Problem } from '@signet/service-kit';
import { Caller, Fails, KeepBytes, Roles, SETTINGS, spanOf, WhileSuspended, problem } from '@signet/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IngestionSettings } from '../config.ts';
import type { Refusal } from '../event/refusal.ts';
import { EventsIntake } from './events.intake.ts';
import type { EventResult } from './events.intake.ts';
import { acceptedResponse, idempotencyKeyHeader, multiStatusResponse, traceparentHeader } from './events.openapi.ts';
import { readHttpEvents } from './http-event.ts';
import { refusalsWith, statusOf } from './refusals.ts';

/** If Kafka does not answer again within seconds, an operator is needed. */
const RETRY_AFTER_SECONDS = '2';

@ApiTags('Events')
@Roles('producer', 'operator')
@Controller('v1/events')
export class EventsHttp {
  constructor(
    @Inject(EventsIntake) private readonly intake: EventsIntake,
    @Inject(SETTINGS) private readonly settings: IngestionSettings,
  ) {}

  // A suspended tenant's events are accepted: their deliveries end as FAILED and can be replayed, so no event is lost
  // while a tenant is suspended.
  @Post()
  @WhileSuspended()
  @KeepBytes()
  @ApiOperation({
    operationId: 'publishEvents',
    summary: 'Publish events',
    description:
      'One CloudEvent 1.0 in binary or structured mode, or a batch. The response comes when Kafka has stored the accepted events.',
  })
  @ApiHeader(idempotencyKeyHeader)
  @ApiHeader(traceparentHeader)
  @ApiResponse(acceptedResponse)
  @ApiResponse(multiStatusResponse)
  @Fails(400, refusalsWith(400))
  @Fails(403, refusalsWith(403))
  @Fails(413, { ...refusalsWith(413), batch_too_large: 'The batch has 1001 events; at most 1000 are taken.' })
  @Fails(415, refusalsWith(415))
  @Fails(422, { all_events_refused: 'No event of the batch was accepted; see errors.', ...refusalsWith(422) })
  @Fails(503, { kafka_unavailable: 'Kafka has not acknowledged the events; send them again.' })
  async publish(
    @Req() request: FastifyRequest,
    @Caller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const traced = { span: spanOf(request), traceparent: request.headers['traceparent']?.toString() };
    const read = readHttpEvents(request.headers, body, request.raw.rawHeaders);
    if (read.kind === 'one') {
      const [result] = await this.take([read.event], caller, traced);
      if (result?.status !== 'accepted') throw refused(result!.refusal);
      reply.code(202);
      return { accepted: 1, results: [result] };
    }
    const limit = this.settings.SIGNET_MAX_BATCH_EVENTS;
    if (read.events.length > limit)
      throw problem(413, 'batch_too_large', `The batch has ${read.events.length} events; at most ${limit} are taken.`);
    const results = await this.take(read.events, caller, traced);
    const accepted = results.filter(({ status }) => status === 'accepted').length;
    if (accepted === 0 && results.length > 0) throw allRefused(results);
    reply.code(accepted === results.length ? 202 : 207);
    return { accepted, results: results.map(resultView) };
  }

  private async take(...args: Parameters<EventsIntake['take']>): Promise<EventResult[]> {
    try {
      return await this.intake.take(...args);
    } catch (error) {
      if (!isRetryable(error)) throw error;
      throw problem(503, 'kafka_unavailable', 'Kafka has not acknowledged the events; send them again.', {
        headers: { 'retry-after': RETRY_AFTER_SECONDS },
        cause: error,
      });
    }
  }
}

const refused = ({ reason, field, detail }: Refusal): Problem =>
  problem(statusOf(reason), reason, detail, { errors: [{ field, rule: reason, detail }] });

/** If the key may send no event of the batch, the answer is that 403; else the events are at fault. */
function allRefused(results: readonly EventResult[]): Problem {
  const errors = results.flatMap((result, index) => {
    if (result.status !== 'refused') return [];
    const { reason, field, detail } = result.refusal;
    return [{ field: `${index}.${field}`, rule: reason, detail }];
  });
  const refusals = results.flatMap((result) => (result.status === 'refused' ? [result.refusal] : []));
  const isForbidden = refusals.every(({ reason }) => statusOf(reason) === 403);
  const [status, code] = isForbidden && refusals[0] ? [403, refusals[0].reason] : [422, 'all_events_refused'];
  return problem(status, code, 'No event of the batch was accepted; see errors.', { errors });
}

function resultView(result: EventResult) {
  if (result.status === 'accepted') return result;
  const { reason, field, detail } = result.refusal;
  return { status: result.status, id: result.id, error: { code: reason, field, detail } };
}
