import { Decoder, Profile, Stream } from '@garmin/fitsdk';
import { withFields } from './definition.ts';
import type { Message } from './frames.ts';

/** A message by the maker's profile: its name, and its fields with scale and offset applied. */
export interface Decoded {
  name: string;
  fields: Readonly<Record<string, unknown>>;
}

/** What the file says of fields that apps have added: name and unit by the decoder's own key. */
export type AppFields = ReadonlyMap<string, { name: string; units: string }>;

const CHECKSUM = Buffer.alloc(2);
/** Messages of one decoding after one that the decoder has refused: each refusal costs no more than these. */
const CAREFUL = 64;
const DEVELOPER_DATA_ID = 207;
const FIELD_DESCRIPTION = 206;

/** Whether the maker's profile knows a message. */
export function isKnown(global: number): boolean {
  return Object.hasOwn(Profile.messages, global);
}

/**
 * Decodes the messages of one file, in runs: the maker's decoder reads whole files only, so that each run is made one.
 * What it refuses is null.
 */
export class MessageDecoder {
  readonly #described: Message[] = [];
  readonly #apps = new Map<string, { name: string; units: string }>();

  get appFields(): AppFields {
    return this.#apps;
  }

  /** One entry for each message; all of them must be known to the profile. */
  decode(messages: readonly Message[]): (Decoded | null)[] {
    const out: (Decoded | null)[] = [];
    while (out.length < messages.length) {
      const run = out.length === 0 ? messages : messages.slice(out.length, out.length + CAREFUL);
      const decoded = this.#run(run);
      out.push(...decoded);
      const refused = run[decoded.length];
      if (refused !== undefined) out.push(this.#halves(refused));
    }
    for (const message of messages) if (isDescription(message)) this.#described.push(message);
    return out;
  }

  /** As many of the messages as the decoder takes before it refuses one. */
  #run(messages: readonly Message[]): Decoded[] {
    // What earlier runs said of the fields of apps must be said again.
    const before = this.#described.length;
    const pieces: Buffer[] = [];
    let last: Message['definition'] | null = null;
    for (const message of [...this.#described, ...messages]) {
      if (message.definition !== last) pieces.push(message.definition.bytes);
      last = message.definition;
      pieces.push(HEADER, message.fields);
    }
    const decoded: Decoded[] = [];
    let seen = 0;
    const decoder = new Decoder(Stream.fromBuffer(Buffer.concat([...pieces, CHECKSUM])));
    decoder.read({
      dataOnly: true,
      mergeHeartRates: false,
      mesgListener: (global: number, fields: object) => {
        const entry = { name: Profile.messages[global]?.name ?? String(global), fields: fields as Decoded['fields'] };
        if (global === FIELD_DESCRIPTION) this.#note(entry.fields);
        if (seen++ >= before) decoded.push(entry);
      },
    });
    return decoded;
  }

  /**
   * A message that was refused. Most often the decoder stumbles over a running sum beside the parts that it is made of:
   * each of the two by itself can be read.
   */
  #halves(message: Message): Decoded | null {
    const sums = Profile.messages[message.definition.global]?.fields ?? {};
    const isSum = (number: number): boolean => sums[number]?.isAccumulated === true;
    const [rest] = this.#run([withFields(message, (number) => !isSum(number))]);
    if (rest === undefined) return null;
    const [sum] = this.#run([withFields(message, isSum)]);
    return { name: rest.name, fields: { ...rest.fields, ...sum?.fields } };
  }

  #note({ key, fieldName, units }: Decoded['fields']): void {
    const textOf = (value: unknown): string => (Array.isArray(value) ? String(value[0] ?? '') : typeof value === 'string' ? value : '');
    if (key !== undefined) this.#apps.set(String(key), { name: textOf(fieldName), units: textOf(units) });
  }
}

const HEADER = Buffer.from([0]);

function isDescription({ definition }: Message): boolean {
  return definition.global === DEVELOPER_DATA_ID || definition.global === FIELD_DESCRIPTION;
}
