import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { EVENT_TYPES } from '@signet/contracts';
import { Answers, Roles } from '@signet/service-kit';
import { eventTypesAnswer } from './event-type.answers.ts';

@ApiTags('Event types')
@Roles('operator', 'tenant', 'producer')
@Controller('v1/event-types')
export class EventTypeHttp {
  @Get()
  @ApiOperation({
    operationId: 'listEventTypes',
    summary: 'List the event types',
    description: 'With the JSON Schema and an example of each payload.',
  })
  @Answers(200, 'Every event type.', eventTypesAnswer, { example: { data: EVENT_TYPES.slice(0, 1), nextCursor: null } })
  list() {
    return { data: EVENT_TYPES, nextCursor: null };
  }
}
