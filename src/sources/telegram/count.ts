import { NestedCounter } from '../reading/count-nested.ts';
import { messagePaths } from './places.ts';

/** Counts messages of all chats. */
export class MessageCounter extends NestedCounter {
  constructor() {
    super(messagePaths);
  }
}
