import type { Sample } from '../../schema/records.ts';
import type { ExclusionReason, Parsed } from '../../schema/source.ts';
import { quarantineRow } from './quarantine.ts';
import { recordRow } from './records.ts';
import type { Owner } from './series.ts';
import { Tally } from './tally.ts';
import type { IncomingQuarantine } from './write-quarantine.ts';
import type { IncomingRecord } from './write-records.ts';

export interface CommitContext {
  maskingVersion: number;
  consent(item: Parsed): ExclusionReason | null;
}

type Block = Extract<Parsed, { is: 'block' }>;
type Deletion = Extract<Parsed, { is: 'deletion' }>;

/** Samples by signal and day: of one day there are few devices. */
type Streams = Map<string, Map<string, Sample[][]>>;

/** Items of a group, named and sealed: all that can be done with them without the database. */
export interface GroupContents {
  /** Holds what is left out. */
  tally: Tally;
  records: IncomingRecord[];
  /** Samples alike in signal, unit, device, zone and day. */
  samples: Sample[][];
  quarantine: IncomingQuarantine[];
  /** What is compared with stored rows before it is known what becomes of it, in its order, with the number of its first unit. */
  compared: { item: Block | Deletion; unit: number }[];
}

/** @param units number of each item's first unit within the part */
export function contentsOf(
  owner: Owner,
  context: CommitContext,
  part: number,
  items: readonly Parsed[],
  units: readonly number[],
): GroupContents {
  const contents: GroupContents = { tally: new Tally(), records: [], samples: [], quarantine: [], compared: [] };
  const streams: Streams = new Map();
  for (const [index, item] of items.entries()) {
    const unit = units[index] as number;
    const refused = item.is === 'excluded' ? item.reason : context.consent(item);
    if (refused) contents.tally.add('excluded', item.day, item.units, refused);
    else if (item.is === 'quarantined') {
      const { reason, units, raw, field = null, frame = null, of = null } = item;
      contents.quarantine.push({ row: quarantineRow(owner, { part, unit }, item, { reason, units, raw, field, frame, of }), of });
    } else if (item.is === 'record') {
      contents.records.push({ row: recordRow(owner, item.record, context.maskingVersion), recordId: item.record.id });
    } else if (item.is === 'sample') {
      const list = streamOf(streams, item.sample);
      if (list.length === 0) contents.samples.push(list);
      list.push(item.sample);
    } else if (item.is !== 'excluded') contents.compared.push({ item, unit });
  }
  return contents;
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
