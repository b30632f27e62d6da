import { runService, settingsFromEnvironment } from '@signet/service-kit';
import { settings } from './config.ts';
import { registryService } from './registry.service.ts';

await runService(await registryService(settingsFromEnvironment(settings)));
