// Names for the types that are generated from docs/openapi/signet.json. No field is written here by hand.
import type { ApiKey, CreateDeliveryJob, CreateWebhook, Delivery, Problem, Replay, Webhook } from './openapi.gen.ts';

export type {
  ApiKey,
  Attempt,
  Circuit,
  CreateApiKey,
  CreatedApiKey,
  CreateTenantApiKey,
  CreatedWebhook,
  CreateReplay,
  Delivery,
  DeliveryDetails,
  DeliveryJob,
  DeliveryJobPreview,
  EventType,
  FailureGroup,
  Replay,
  ReplayPreview,
  RotatedSecret,
  Statistics,
  StatisticsBucket,
  StatisticsGroup,
  StatisticsNumbers,
  Tenant,
  Webhook,
  WebhookHistoryEntry,
  WebhookState,
} from './openapi.gen.ts';

/** One page of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}

export type ClientCertificate = NonNullable<Webhook['clientCertificate']>;
export type DeliveryStatus = Delivery['status'];
export type ErrorClass = NonNullable<Delivery['errorClass']>;
/** The deliveries that a job is for. */
export type DeliverySelection = Omit<CreateDeliveryJob, 'action'>;
export type JobAction = CreateDeliveryJob['action'];
export type ReplayStatus = Replay['status'];
export type Role = ApiKey['role'];
export type FieldError = NonNullable<Problem['errors']>[number];

type Optional = 'clientCertificate';
/** The fields of a webhook that its form sets. A missing certificate stays as it is. */
export type WebhookFields = Required<Omit<CreateWebhook, 'secret' | 'tenantId' | Optional>> &
  Pick<CreateWebhook, Optional>;
