import type { z } from 'zod';
import type * as api from '../../../schema/api.ts';

export type { AlertDecision, AlertRow } from '../../../schema/alerts.ts';
/** Shapes of the console's answers that schema/api.ts gives only as zod; types alone, so zod stays out of the pages. */
export type {
  AlertDetail,
  AlertQueue,
  AlertTexts,
  BatchRow,
  Ledger,
  Me,
  QuarantinePage,
  RecordPage,
  RecordRow,
  RunRow,
  ScorePage,
  ScoreRow,
  SourceView,
  SqlResult,
  SqlTables,
  StudyList,
  StudyOverview,
  Timeline,
} from '../../../schema/api.ts';
export type { Completeness, CompletenessSource, Gap } from '../../../schema/completeness.ts';
export type { Outcomes } from '../../../schema/ledger.ts';
export type { Grade } from '../../../schema/model.ts';
export type { Role } from '../../../schema/roles.ts';

export type BatchPage = z.infer<typeof api.BatchPage>;
export type RunPage = z.infer<typeof api.RunPage>;
export type LedgerSource = z.infer<typeof api.LedgerSource>;
export type LedgerDay = z.infer<typeof api.LedgerDay>;
export type QuarantineRow = z.infer<typeof api.QuarantineRow>;
export type Facet = z.infer<typeof api.Facet>;
export type RateRequest = z.infer<typeof api.RateRequest>;
