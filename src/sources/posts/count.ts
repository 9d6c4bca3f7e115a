export { LineCounter } from '../reading/count-lines.ts';
export { RowCounter } from '../reading/count-rows.ts';
