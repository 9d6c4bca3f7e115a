export { ElementCounter } from '../reading/count-elements.ts';
export { RowCounter } from '../reading/count-rows.ts';
