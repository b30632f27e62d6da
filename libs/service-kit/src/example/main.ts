import { Body, Controller, Get, Inject, Module, Param, Post } from '@nestjs/common';
// eslint-disable-next-line @nx/enforce-module-boundaries -- the README shows what a service writes
import * as kit from '@signet/service-kit';
import { z } from 'zod';

const settings = kit.defineSettings({
  ...kit.sharedSettings.service({ port: 3999, managementPort: 3998 }),
  ...kit.sharedSettings.operatorKey,
  GREETING: kit.setting(kit.oneOf(['Hello', 'Good day']), 'How people are greeted.', { default: 'Hello' }),
});
type Settings = kit.SettingsOf<typeof settings>;

const person = z.strictObject({ name: z.string().min(1).max(80) });

@Controller('v1/greetings')
class GreetingController {
  constructor(@Inject(kit.SETTINGS) private readonly settings: Settings) {}

  @Post()
  @kit.Roles('operator')
  greet(@Body({ schema: person }) { name }: z.infer<typeof person>, @kit.Caller() caller: kit.Caller) {
    return { text: `${this.settings.GREETING}, ${name}!`, from: caller.name };
  }

  @Get(':name')
  @kit.Public()
  find(@Param('name') name: string): never {
    throw kit.problem(404, 'person_not_found', `${name} has not been greeted yet.`);
  }
}

const config = kit.settingsFromEnvironment(settings);
const hash = kit.hashApiKey(config.SIGNET_OPERATOR_KEY ?? '');
const operator = { id: 'a', tenantId: null, name: 'Olga', role: 'operator', hash, version: 1 } as const;

@Module({
  imports: [
    kit.AuthModule.forRoot({
      keys: { byHash: (wanted) => (wanted === hash ? operator : undefined), bySession: () => undefined },
    }),
  ],
  controllers: [GreetingController],
})
class GreetingModule {}

await kit.runService({ name: 'greeter', module: GreetingModule, settings: config, openapi: { title: 'Greetings' } });
