import { pinoLogger, runService, settingsFromEnvironment } from '@signet/service-kit';
import { settings as definitions } from './config.ts';
import { ingestionService } from './ingestion.service.ts';

const settings = settingsFromEnvironment(definitions);
await runService(ingestionService(settings, pinoLogger('ingestion', settings.SIGNET_LOG_LEVEL)));
