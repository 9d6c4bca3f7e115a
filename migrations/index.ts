import type { Migration } from 'kysely/migration';
import * as spine from './20261123T1800_spine.ts';
import * as streams from './20261123T2200_streams.ts';
import * as quarantineAndNames from './20261123T2230_quarantine_and_names.ts';
import * as restatementsAndLapses from './20261124T0100_restatements_and_lapses.ts';
import * as narrowerRecordIndexes from './20261124T0130_narrower_record_indexes.ts';
import * as noIndexOfBatches from './20261129T2000_no_index_of_batches.ts';
import * as contentStatedAgain from './20261129T2300_content_stated_again.ts';
import * as alertsByScore from './20261129T2330_alerts_by_score.ts';
import * as versionsByBytes from './20261130T0200_versions_by_bytes.ts';
import * as quarantineBySource from './20261130T0600_quarantine_by_source.ts';
import * as signalTables from './20261130T0900_signal_tables.ts';

/** Every step, oldest first; steps that have shipped are never edited. */
export const migrations: Record<string, Migration> = {
  '20261123T1800_spine': spine,
  '20261123T2200_streams': streams,
  '20261123T2230_quarantine_and_names': quarantineAndNames,
  '20261124T0100_restatements_and_lapses': restatementsAndLapses,
  '20261124T0130_narrower_record_indexes': narrowerRecordIndexes,
  '20261129T2000_no_index_of_batches': noIndexOfBatches,
  '20261129T2300_content_stated_again': contentStatedAgain,
  '20261129T2330_alerts_by_score': alertsByScore,
  '20261130T0200_versions_by_bytes': versionsByBytes,
  '20261130T0600_quarantine_by_source': quarantineBySource,
  '20261130T0900_signal_tables': signalTables,
};
