import { Module } from '@nestjs/common';
import { CircuitModule } from '../circuit/circuit.module.ts';
import { DATABASE } from '../database/database.port.ts';
import type { Database } from '../database/database.port.ts';
import { WebhookDirectoryModule } from '../webhook-directory/webhook-directory.module.ts';
import { FailureReader } from './failure.reader.ts';
import { FailuresHttp } from './failures.http.ts';

/** The API that groups failed deliveries. */
@Module({
  imports: [WebhookDirectoryModule, CircuitModule],
  controllers: [FailuresHttp],
  providers: [
    { provide: FailureReader, inject: [DATABASE], useFactory: (database: Database) => new FailureReader(database) },
  ],
})
export class FailuresModule {}
