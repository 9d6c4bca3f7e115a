export { ListCounter } from '../reading/count-lists.ts';
