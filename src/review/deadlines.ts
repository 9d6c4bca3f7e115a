import { durationMs, type Policy } from '../../schema/policy.ts';

/** The time limits of a policy in milliseconds, as the review workflow carries them. */
export interface Deadlines {
  /** How many people can be told. */
  people: number;
  claimMs: number;
  rateMs: number;
  closeMs: number;
}

export function deadlinesOf(policy: Policy): Deadlines {
  return {
    people: policy.people.length,
    claimMs: durationMs(policy.claimWithin),
    rateMs: durationMs(policy.rateWithin),
    closeMs: durationMs(policy.closeWithin),
  };
}
