export { ElementCounter } from '../reading/count-elements.ts';
