export { LineCounter as RecordCounter } from '../reading/count-lines.ts';
