/** Two task queues, so that reading and scoring can move to other machines. Workflows and review run beside reading. */
export const ingestQueue = 'afferent-ingest';
export const scoreQueue = 'afferent-score';
