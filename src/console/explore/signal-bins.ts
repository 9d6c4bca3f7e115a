/** Samples of one channel gathered into equal bins of time. */
export class SignalBins {
  readonly #from: number;
  readonly #width: number;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #sum: Float64Array;
  readonly #n: Float64Array;

  /** `from` in UTC ms, `width` of a bin in ms. */
  constructor(from: number, width: number, bins: number) {
    this.#from = from;
    this.#width = width;
    this.#min = new Float64Array(bins).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(bins).fill(Number.NEGATIVE_INFINITY);
    this.#sum = new Float64Array(bins);
    this.#n = new Float64Array(bins);
  }

  /** Takes in samples that have a time each; those outside the range are left out. */
  add(times: Float64Array, values: Float64Array): void {
    for (let i = 0; i < values.length; i++) this.#put(times[i] as number, values[i] as number);
  }

  /** Takes in every `channels`-th value from `channel` on; sample i is at `start + i * step` ms. */
  addRegular(start: number, step: number, values: Float32Array, channel: number, channels: number): void {
    const samples = values.length / channels;
    // Only samples inside the range are looked at: a page shows an hour of a day.
    const first = Math.max(0, Math.ceil((this.#from - start) / step));
    const last = Math.min(samples - 1, Math.floor((this.#from + this.#width * this.#n.length - start) / step));
    for (let i = first; i <= last; i++) this.#put(start + i * step, values[i * channels + channel] as number);
  }

  /** Takes in what is known of samples around a moment. */
  merge(time: number, min: number, max: number, sum: number, n: number): void {
    const bin = this.#bin(time);
    if (bin < 0 || n === 0) return;
    this.#min[bin] = Math.min(this.#min[bin] as number, min);
    this.#max[bin] = Math.max(this.#max[bin] as number, max);
    this.#sum[bin] = (this.#sum[bin] as number) + sum;
    this.#n[bin] = (this.#n[bin] as number) + n;
  }

  #bin(time: number): number {
    const bin = Math.floor((time - this.#from) / this.#width);
    if (bin === this.#n.length && time <= this.#from + this.#width * bin) return bin - 1;
    return bin >= 0 && bin < this.#n.length ? bin : -1;
  }

  #put(time: number, value: number): void {
    const bin = this.#bin(time);
    if (bin < 0 || !Number.isFinite(value)) return;
    if (value < (this.#min[bin] as number)) this.#min[bin] = value;
    if (value > (this.#max[bin] as number)) this.#max[bin] = value;
    this.#sum[bin] = (this.#sum[bin] as number) + value;
    this.#n[bin] = (this.#n[bin] as number) + 1;
  }

  /** Bins that hold samples; the others are absent. */
  points(): { t: number; end: number; min: number; max: number; mean: number; n: number }[] {
    const points = [];
    for (let i = 0; i < this.#n.length; i++) {
      const n = this.#n[i] as number;
      if (n === 0) continue;
      const t = this.#from + i * this.#width;
      points.push({
        t,
        end: t + this.#width,
        min: this.#min[i] as number,
        max: this.#max[i] as number,
        mean: (this.#sum[i] as number) / n,
        n,
      });
    }
    return points;
  }
}
