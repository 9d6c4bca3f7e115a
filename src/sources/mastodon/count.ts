import { NestedCounter } from '../reading/count-nested.ts';
import { activityPaths } from './places.ts';

/** Counts the activities of an outbox. */
export class ActivityCounter extends NestedCounter {
  constructor() {
    super(activityPaths);
  }
}
