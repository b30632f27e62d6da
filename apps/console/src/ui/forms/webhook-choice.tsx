import { useWebhookChoices } from '../../api/queries.ts';
import type { Webhook } from '../../api/model.ts';
import { SearchChoice } from './search-choice.tsx';
import type { SearchChoiceProps } from './search-choice.tsx';

/** Chooses one of many webhooks: the API searches them by name, URL, description and tenant. */
export const WebhookChoice = (props: SearchChoiceProps<Webhook>) => (
  <SearchChoice what="webhook" useFound={useWebhookChoices} {...props} />
);
