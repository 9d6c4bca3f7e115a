export { RowCounter } from '../reading/count-rows.ts';
