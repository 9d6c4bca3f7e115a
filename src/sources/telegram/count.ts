import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { messagePaths } from './places.ts';

/** Counts messages of all chats. */
export class MessageCounter extends JsonUnitCounter {
  constructor() {
    super(messagePaths);
  }
}
