import { pinoLogger, runService, settingsFromEnvironment } from '@signet/service-kit';
import { settings as definitions } from './config.ts';
import { deliveryService } from './delivery.service.ts';

const settings = settingsFromEnvironment(definitions);
await runService(await deliveryService(settings, pinoLogger('delivery', settings.SIGNET_LOG_LEVEL)));
