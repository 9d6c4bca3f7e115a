import { setTimeout } from 'node:timers/promises';
import { pushMedia } from '../schema/streams.ts';

/** One push in so many is sent again after it was acknowledged, as a phone does that did not hear the answer. */
const replayEvery = 20;
const retryMs = 100;

/** A device that pushes batches one after another, and tries each again until it is acknowledged. */
export class SimulatedDevice {
  readonly to: { source: string; token: string; participant: string };
  readonly #number: number;
  readonly #options: { records: number; pauseMs: number };
  /** Ids of records that the server has acknowledged. */
  readonly acknowledged: string[] = [];
  /** Of each acknowledged push, from its last try to the answer, ms; and when that came. */
  readonly latencies: number[] = [];
  readonly answeredAt: number[] = [];
  pushes = 0;
  replays = 0;
  differentReceipts = 0;
  sentAway = 0;
  triedAgain = 0;
  #next = Promise.withResolvers<void>();

  constructor(to: SimulatedDevice['to'], number: number, options: { records: number; pauseMs: number }) {
    this.to = to;
    this.#number = number;
    this.#options = options;
  }

  /** Resolves when the server next acknowledges something of this device. */
  nextAnswer(): Promise<void> {
    return this.#next.promise;
  }

  async run(base: string, isOver: () => boolean): Promise<void> {
    // Devices do not all wake at the same moment.
    await setTimeout((this.#number * 37) % Math.max(1, this.#options.pauseMs));
    for (let batch = 0; !isOver(); batch++) {
      const ids = Array.from({ length: this.#options.records }, (_, i) => `${this.#number}-${batch}-${i}`);
      const receipt = await this.#push(base, batch, ids);
      this.pushes++;
      this.acknowledged.push(...ids);
      if (batch % replayEvery === 0) {
        this.replays++;
        if ((await this.#push(base, batch, ids)) !== receipt) this.differentReceipts++;
      }
      await setTimeout(this.#options.pauseMs);
    }
  }

  /** Sends until there is a receipt. */
  async #push(base: string, batch: number, ids: readonly string[]): Promise<string> {
    const time = '2026-01-05T10:00:00+01:00';
    const body = ids.map((id) => JSON.stringify({ id, time, text: `What a device had to say, in its batch ${batch}: ${id}` })).join('\n');
    for (;;) {
      const sentAt = performance.now();
      const answer = await this.#send(base, `${batch}`, body);
      if (answer?.status === 200 || answer?.status === 202) {
        this.latencies.push(performance.now() - sentAt);
        this.answeredAt.push(performance.now());
        this.#next.resolve();
        this.#next = Promise.withResolvers();
        return answer.text;
      }
      if (answer?.status === 429) this.sentAway++;
      else this.triedAgain++;
      await setTimeout(answer?.retryAfterMs ?? retryMs);
    }
  }

  async #send(base: string, name: string, body: string) {
    try {
      const response = await fetch(`${base}/v1/ingest/${this.to.source}`, {
        method: 'POST',
        body,
        headers: {
          authorization: `Bearer ${this.to.token}`,
          'content-type': pushMedia.ndjson,
          'idempotency-key': name,
          'x-client-time': new Date().toISOString(),
        },
      });
      const wait = response.headers.get('retry-after');
      return { status: response.status, text: await response.text(), retryAfterMs: wait === null ? null : Number(wait) * 1000 };
    } catch {
      // The server is gone: what was sent may or may not have arrived.
      return null;
    }
  }
}
