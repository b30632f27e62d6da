import { useTenantChoices } from '../../api/queries.ts';
import type { Tenant } from '../../api/model.ts';
import { SearchChoice } from './search-choice.tsx';
import type { SearchChoiceProps } from './search-choice.tsx';

/** Chooses one of many tenants: the API searches them by name and id. */
export const TenantChoice = (props: SearchChoiceProps<Tenant>) => (
  <SearchChoice what="tenant" useFound={useTenantChoices} {...props} />
);
