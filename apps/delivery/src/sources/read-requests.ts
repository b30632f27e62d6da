import { isUtf8 } from 'node:buffer';
import { recordOfOne, requestsOfRecord } from '@signet/contracts';
import type { RequestWithBody } from '@signet/contracts';
import type { RecordBatch, SetAsideReason } from '@signet/kafka';
import { whyNotStorable } from '../storable/storable.policy.ts';
import type { AcceptedRequest } from './accepted-request.ts';

const NOT_A_REQUEST: SetAsideReason = {
  reason: 'not_a_delivery_request',
  detail: 'A header of the request is missing, incomplete or wrong, or does not fit the value.',
};

/** Why the request is set aside before it is sent; null if it has no fault. */
function faultOf({ request, body }: RequestWithBody): SetAsideReason | null {
  if (body.length === 0 || !isUtf8(body))
    return { reason: 'body_not_utf8', field: 'body', detail: 'The body is empty or not UTF-8.' };
  return whyNotStorable(request, body);
}

/** The requests of the records. A faulty request is set aside alone: the other requests of its record are kept. */
export function readRequests({ records, setAside }: Pick<RecordBatch, 'records' | 'setAside'>): AcceptedRequest[] {
  const accepted: AcceptedRequest[] = [];
  for (const record of records) {
    const requests = requestsOfRecord(record);
    if (!requests) setAside(record, NOT_A_REQUEST);
    for (const [index, one] of (requests ?? []).entries()) {
      const fault = one ? faultOf(one) : NOT_A_REQUEST;
      if (fault) setAside(recordOfOne(record, index), fault);
      else if (one) accepted.push({ ...one, offset: BigInt(record.offset), record, index });
    }
  }
  return accepted;
}
