import { NestedCounter } from '../reading/count-nested.ts';
import { activityPaths } from './places.ts';

/** Counts the activities of an outbox. */
export class ActivityCounter extends NestedCounter {
  constructor() {
    super(activityPaths);
  }
}

/** Events of the account's stream are lines. */
export { LineCounter as EventCounter } from '../reading/count-lines.ts';
