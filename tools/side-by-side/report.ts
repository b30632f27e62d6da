import type { Ledger } from '../bench/measure/ledger.ts';
import { table } from '../bench/figures/table.ts';
import type { Books } from './load/ledger.ts';

/** What a version did in a step. */
export interface Share {
  /** Messages that its ingestion accepted over HTTP. */
  readonly accepted: number;
  /** POSTs to receivers. */
  readonly posts: number;
}

/** The results of a step. */
export interface Row {
  readonly name: string;
  /** How long the change took: starts, stops, and what is waited for. */
  readonly changedInMs: number;
  /** Messages that were written to the source topic. */
  readonly kafka: number;
  readonly before: Share;
  readonly now: Share;
  /** Requests on the shelf in the middle of the step, when the receivers that were down come up. */
  readonly shelved: number;
  /** Deliveries that are owed at the end of the step: the load goes on. */
  readonly missing: number;
}

export function tableOf(rows: readonly Row[], before: string, now: string): string {
  const head = ['step', 'took', 'accepted: Kafka', before, now, `POSTs: ${before}`, now, 'shelved', 'owed'];
  const lines = rows.map((row) => [
    row.name,
    `${(row.changedInMs / 1_000).toFixed(1)} s`,
    ...[
      row.kafka,
      row.before.accepted,
      row.now.accepted,
      row.before.posts,
      row.now.posts,
      row.shelved,
      row.missing,
    ].map(String),
  ]);
  return table([head, ...lines], [1, 2, 3, 4, 5, 6, 7, 8]);
}

export interface Found {
  readonly ledger: Ledger;
  readonly books: Books;
  /** Deliveries of accepted messages that PostgreSQL has as delivered. */
  readonly recorded: number;
  /** Records of the new format, each time that it was switched on; and at other times. */
  readonly spans: readonly number[];
  readonly outside: number;
  /** Why the first refused message was refused. */
  readonly refusal: string | undefined;
  /** Faults that were found during the steps. */
  readonly faults: readonly string[];
}

/** The figures in words, and a sentence for each that is not as promised. */
export function finding({ ledger, books, recorded, spans, outside, refusal, faults }: Found): {
  readonly lines: readonly string[];
  readonly faults: readonly string[];
} {
  const refused = ledger.sent - ledger.accepted;
  const wrong: readonly (readonly [isWrong: boolean, sentence: string])[] = [
    [ledger.accepted === 0, 'no message was accepted'],
    [refused > 0, `${refused} messages were refused, the first one with: ${refusal}`],
    [ledger.missing > 0, `${ledger.missing} deliveries are missing`],
    [recorded !== ledger.expected, `${recorded} of ${ledger.expected} deliveries are recorded as delivered`],
    [books.unfinished > 0, `${books.unfinished} deliveries are not finished`],
    [books.stuck > 0, `${books.stuck} deliveries are finished and stand in the work queue`],
    [books.disabledWebhooks > 0, `${books.disabledWebhooks} webhooks are disabled`],
    [books.unreadableRows > 0, `${books.unreadableRows} rows of the shelf could not be read`],
    [books.deadLetters > 0, `${books.deadLetters} records were set aside as dead letters`],
    [spans.some((count) => count === 0), 'the new format was switched on and not written'],
    [outside > 0, `${outside} records of the new format were written while it was switched off`],
  ];
  return {
    lines: [
      `accepted = ${ledger.accepted} of ${ledger.sent} messages`,
      `missing = ${ledger.missing} of ${ledger.expected} deliveries; ${recorded} recorded as delivered, with up to ${books.mostAttempts} attempts`,
      `repeated = ${ledger.repeated}`,
      `dead letters = ${books.deadLetters}, unfinished = ${books.unfinished}`,
    ],
    faults: [...faults, ...wrong.flatMap(([isWrong, sentence]) => (isWrong ? [sentence] : []))],
  };
}
