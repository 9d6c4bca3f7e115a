import { JsonUnitCounter } from '../reading/count-document-units.ts';
import { activityPaths } from './places.ts';

/** Counts the activities of an outbox. */
export class ActivityCounter extends JsonUnitCounter {
  constructor() {
    super(activityPaths);
  }
}

/** Events of the account's stream are lines. */
export { LineCounter as EventCounter } from '../reading/count-lines.ts';
