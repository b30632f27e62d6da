import { pageAnswer } from '@signet/service-kit';
import { z } from 'zod';

export const eventTypesAnswer = pageAnswer(
  z
    .strictObject({
      name: z.string(),
      displayName: z.string(),
      domain: z.string(),
      description: z.string(),
      version: z.int().min(1),
      schema: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema (draft 2020-12) of the payload.' }),
      example: z.record(z.string(), z.unknown()),
    })
    .meta({ title: 'EventType' }),
);
