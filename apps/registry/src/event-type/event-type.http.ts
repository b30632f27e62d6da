import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { EVENT_TYPES } from '@signet/contracts';
import { Roles } from '@signet/service-kit';

@ApiTags('Event types')
@Roles('operator', 'tenant', 'producer')
@Controller('v1/event-types')
export class EventTypeHttp {
  @Get()
  @ApiOperation({
    summary: 'List the event types',
    description: 'With the JSON Schema and an example of each payload.',
  })
  list() {
    return { data: EVENT_TYPES, nextCursor: null };
  }
}
