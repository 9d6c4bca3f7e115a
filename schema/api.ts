/*
 * Shapes of the console's API. Times are ISO in UTC, days local `YYYY-MM-DD`. Every error is `ErrorBody`.
 * Writes need the header `x-afferent: 1` (a page of another origin cannot send it) and the session's cookie.
 *
 * Open to all
 *   POST   /v1/sign-in                       SignIn → Me
 *   GET    /v1/sign-in/link?token=           uses the link up, sets the cookie, leads to /
 *   GET    /v1/openapi.json · GET /v1/health → Health
 * Signed in
 *   POST   /v1/sign-out → Done · GET /v1/me → Me · POST /v1/me/password  SetPassword → Done
 *   GET    /v1/studies → StudyList           (studies in which the account has a role)
 * Data manager, researcher
 *   GET    /v1/studies/:study                → StudyOverview
 *   GET    /v1/studies/:study/batches        PageQuery+source → BatchPage          (.csv, .json: complete)
 *   GET    /v1/studies/:study/ledger         LedgerQuery → Ledger                  (.csv, .json: rows)
 *   GET    /v1/studies/:study/completeness   CompletenessQuery → Completeness      (.csv, .json: rows; .svg: picture)
 *   GET    /v1/studies/:study/quarantine     QuarantineQuery → QuarantinePage      (.csv, .json)
 *   GET    /v1/studies/:study/runs           PageQuery → RunPage                   (.csv, .json)
 * Researcher
 *   GET    /v1/studies/:study/records        RecordQuery → RecordPage              (.csv, .json)
 *   GET    /v1/studies/:study/records/as-of  AsOfQuery → AsOfPage                  (.csv, .json)
 *   GET    /v1/studies/:study/scores         ScoreQuery → ScorePage                (.csv, .json)
 *   GET    /v1/studies/:study/participants/:participant/timeline  TimelineQuery → Timeline
 *   GET    /v1/studies/:study/sql/tables     → SqlTables
 *   POST   /v1/studies/:study/sql            SqlRequest → SqlResult    (errors: study-sql, study-sql-timeout, study-sql-cancelled)
 *   DELETE /v1/studies/:study/sql/:id        → Done
 *   GET    /v1/studies/:study/sql.csv?sql=   streamed, complete
 * Reviewer
 *   GET    /v1/studies/:study/alerts         → AlertQueue   (being read counts as watching)
 *   GET    /v1/studies/:study/alerts/:id     → AlertDetail  (no text)
 *   POST   /v1/studies/:study/alerts/:id/open   → AlertTexts  (audited)
 *   POST   /v1/studies/:study/alerts/:id/claim  → AlertRow
 *   POST   /v1/studies/:study/alerts/:id/rate   RateRequest → AlertRow
 *   POST   /v1/studies/:study/alerts/:id/close  CloseRequest → AlertRow
 *
 * `.json` and `.csv` take the query of the page without `page` and `size` and give every row: `.json` is
 * `{ "rows": [...] }`. The browser's own address `/studies/…/scores.csv?…` leads to `/v1/studies/…/scores.csv?…`.
 */

export * from './api-alerts.ts';
export * from './api-common.ts';
export * from './api-explore.ts';
export * from './api-studies.ts';
