export { JsonUnitCounter } from '../reading/count-document-units.ts';
export { RowCounter } from '../reading/count-rows.ts';
