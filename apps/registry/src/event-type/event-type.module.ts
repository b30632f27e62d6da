import { Module } from '@nestjs/common';
import { EventTypeHttp } from './event-type.http.ts';

@Module({ controllers: [EventTypeHttp] })
export class EventTypeModule {}
