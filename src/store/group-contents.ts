import type { Sample } from '../../schema/records.ts';
import type { ExclusionReason, Parsed } from '../../schema/source.ts';
import { quarantineRow } from './quarantine.ts';
import { type Extent, RecordRows } from './record-rows.ts';
import type { Owner } from './series.ts';
import { Tally } from './tally.ts';
import type { IncomingQuarantine } from './write-quarantine.ts';

export interface CommitContext {
  maskingVersion: number;
  consent(item: Parsed): ExclusionReason | null;
  /** The consent that this is, as its row has it; left out where nothing is judged. */
  stated?: string;
}

type Block = Extract<Parsed, { is: 'block' }>;
type Deletion = Extract<Parsed, { is: 'deletion' }>;

/** Samples by signal and day: of one day there are few devices. */
type Streams = Map<string, Map<string, Sample[][]>>;

/**
 * Items of a group, named and sealed: all that can be done with them without the database. Each is taken in as it comes, so that nothing
 * but its row is held until the group ends.
 */
export class GroupContents {
  readonly #owner: Owner;
  readonly #context: CommitContext;
  readonly #part: number;
  readonly #streams: Streams = new Map();
  /** Holds what is left out. */
  readonly tally = new Tally();
  readonly records: RecordRows;
  /** Samples alike in signal, unit, device, zone and day. */
  readonly samples: Sample[][] = [];
  readonly quarantine: IncomingQuarantine[] = [];
  /** What is compared with stored rows before it is known what becomes of it, in its order, with the number of its first unit. */
  readonly compared: { item: Block | Deletion; unit: number }[] = [];
  /** Units so far. */
  units = 0;

  /** @param expected how many records come about */
  constructor(owner: Owner, context: CommitContext, part: number, expected: Extent = { rows: 0, bytes: 0 }) {
    this.#owner = owner;
    this.#context = context;
    this.#part = part;
    this.records = new RecordRows(owner, context.maskingVersion, expected);
  }

  /** @param unit number of the item's first unit within the part */
  add(item: Parsed, unit: number): void {
    this.units += item.units;
    const refused = item.is === 'excluded' ? item.reason : this.#context.consent(item);
    if (refused) this.tally.add('excluded', item.day, item.units, refused);
    else if (item.is === 'quarantined') {
      const { reason, units, raw, field = null, frame = null, of = null } = item;
      const row = quarantineRow(this.#owner, { part: this.#part, unit }, item, { reason, units, raw, field, frame, of });
      this.quarantine.push({ row, of, raw });
    } else if (item.is === 'record') {
      this.records.add(item.record, item.exported);
    } else if (item.is === 'sample') {
      const list = streamOf(this.#streams, item.sample);
      if (list.length === 0) this.samples.push(list);
      list.push(item.sample);
    } else if (item.is !== 'excluded') this.compared.push({ item, unit });
  }
}

/** The list of samples that are like this one, perhaps still empty. */
function streamOf(streams: Streams, sample: Sample): Sample[] {
  const days = streams.get(sample.signal) ?? new Map<string, Sample[][]>();
  if (days.size === 0) streams.set(sample.signal, days);
  const lists = days.get(sample.time.day) ?? [];
  if (lists.length === 0) days.set(sample.time.day, lists);
  const known = lists.find((list) => alike(list[0] as Sample, sample));
  if (known !== undefined) return known;
  const list: Sample[] = [];
  lists.push(list);
  return list;
}

function alike(a: Sample, b: Sample): boolean {
  return a.device === b.device && a.unit === b.unit && a.time.zone === b.time.zone && (a.original?.unit ?? '') === (b.original?.unit ?? '');
}
