import { gunzipSync } from 'node:zlib';
import { RecordingReceiver } from '../network/recording-receiver.ts';
import type { ReceivedRequest, ReceiverAnswer } from '../network/recording-receiver.ts';
import { spansOfExport } from './export-request.ts';
import type { ExportedSpan } from './export-request.ts';

/** A collector of traces on 127.0.0.1 that keeps every span it gets by OTLP over HTTP, protobuf. */
export class OtlpCollector {
  /** While set it never answers. */
  isHanging = false;
  private decoded = 0;
  private readonly all: ExportedSpan[] = [];

  private constructor(private readonly receiver: RecordingReceiver) {}

  static async start(): Promise<OtlpCollector> {
    const respond = (): ReceiverAnswer => (collector.isHanging ? { hang: true } : {});
    const collector: OtlpCollector = new OtlpCollector(await RecordingReceiver.start({ respond }));
    return collector;
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  get url(): string {
    return this.receiver.url;
  }

  get requests(): readonly ReceivedRequest[] {
    return this.receiver.requests;
  }

  /** The spans that it has got so far. */
  get spans(): readonly ExportedSpan[] {
    for (; this.decoded < this.requests.length; this.decoded += 1) {
      const request = this.requests[this.decoded];
      if (request?.path === '/v1/traces') this.all.push(...spansOfExport(contentOf(request)));
    }
    return this.all;
  }

  close(): Promise<void> {
    return this.receiver.close();
  }
}

const contentOf = ({ headers, body }: ReceivedRequest): Buffer =>
  headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
