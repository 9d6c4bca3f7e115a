import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineUpdate,
  proxyActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ReviewActivities } from '../activities/review.ts';
import type { ClaimUpdate, CloseUpdate, RateUpdate } from '../schema/alerts.ts';

/** The time limits of the policy, frozen when the alert opened, and how far the alert had come. No names, no text. */
export interface CrisisReviewInput {
  alert: string;
  deadlines: { people: number; claimMs: number; rateMs: number; closeMs: number };
  openedAtMs: number;
  state: 'open' | 'claimed' | 'rated';
  claimedBy: string | null;
  /** How many times somebody has been told. */
  told: number;
}

export const claimUpdate = defineUpdate<void, [ClaimUpdate]>('claim');
export const rateUpdate = defineUpdate<void, [RateUpdate]>('rate');
export const closeUpdate = defineUpdate<void, [CloseUpdate]>('close');

const { notify, recordOverdue, recordClaim, recordRating, recordClose, rowState } = proxyActivities<ReviewActivities>({
  startToCloseTimeout: '60s',
  heartbeatTimeout: '15s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
});

/** Refuses a step that does not fit the state of the alert; the type is the code of our error table. */
function refuse(code: string): never {
  throw ApplicationFailure.nonRetryable('The step does not fit the state of the alert.', code);
}

/** One alert from its opening to its closing: people are told in order as time runs out; claim, rate and close are updates. */
export async function crisisReview(input: CrisisReviewInput): Promise<void> {
  const { alert, deadlines, openedAtMs } = input;
  let state: 'open' | 'claimed' | 'rated' | 'closed' = input.state;
  let claimedBy = input.claimedBy;
  let told = input.told;
  /** Begin of the time that the claimer has for rating; a new claim begins it again. */
  let claimedAtMs = openedAtMs;
  /** The claimer let the time for rating run out: somebody else may claim. */
  let overdue = false;

  const rateBy = () => Math.max(openedAtMs, claimedAtMs) + deadlines.rateMs;
  const closeBy = () => openedAtMs + deadlines.closeMs;

  // Steps reach the store one after another, in the order in which they were allowed.
  let lastStep: Promise<unknown> = Promise.resolve();
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const mine = lastStep.then(step, step);
    lastStep = mine.catch(() => {});
    return mine;
  };

  setHandler(
    claimUpdate,
    async ({ by }) => {
      // The state changes before the first await: of two who claim at once, the second meets the validator.
      const instead = claimedBy === by ? null : claimedBy;
      if (claimedBy !== by || overdue) {
        claimedBy = by;
        claimedAtMs = Date.now();
        overdue = false;
        state = 'claimed';
      }
      const dueAt = iso(rateBy());
      await inTurn(() => recordClaim({ alert, by, instead, dueAt }));
    },
    {
      validator: ({ by }) => {
        if (state === 'closed') refuse('alert-closed');
        if (claimedBy !== null && claimedBy !== by && !overdue) refuse('alert-claimed');
      },
    },
  );
  setHandler(
    rateUpdate,
    async ({ by, ratingId }) => {
      state = 'rated';
      overdue = false;
      const dueAt = iso(Math.max(Date.now(), closeBy()));
      await inTurn(() => recordRating({ alert, by, ratingId, dueAt }));
    },
    {
      validator: ({ by }) => {
        if (state === 'closed') refuse('alert-closed');
        if (claimedBy === null) refuse('alert-not-claimed');
        if (claimedBy !== by) refuse('alert-claimed');
      },
    },
  );
  setHandler(
    closeUpdate,
    async ({ by, decision }) => {
      state = 'closed';
      await inTurn(() => recordClose({ alert, by, decision }));
    },
    {
      validator: ({ by }) => {
        if (state === 'closed') refuse('alert-closed');
        if (claimedBy === null) refuse('alert-not-claimed');
        if (claimedBy !== by) refuse('alert-claimed');
        if (state !== 'rated') refuse('alert-not-rated');
      },
    },
  );

  const isClosed = () => state === 'closed';
  while (!isClosed()) {
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      if (isClosed()) break;
      await continueAsNew<typeof crisisReview>({ ...input, state: state as 'open' | 'claimed' | 'rated', claimedBy, told });
    }
    const before = state;
    const holder = claimedBy;
    const unmoved = () => state === before && claimedBy === holder;
    if (state === 'open' || overdue) {
      // Round after round: after the last of the policy's people the first is told again.
      const outcome = await notify({ alert, turn: told, dueAt: iso(Date.now() + deadlines.claimMs), state: overdue ? 'claimed' : 'open' });
      if (outcome === 'moved') {
        if (unmoved()) ({ state, claimedBy } = await rowState({ alert }));
        continue;
      }
      told += 1;
      // Nobody was reached: the next is told at once, but after a whole round without anybody it waits.
      if (outcome === 'failed' && told % deadlines.people !== 0) continue;
      await condition(() => !unmoved(), deadlines.claimMs);
    } else {
      const limit = state === 'claimed' ? rateBy() : closeBy();
      const wait = limit > Date.now() ? limit - Date.now() : deadlines.claimMs;
      if (await condition(() => !unmoved(), wait)) continue;
      const row = await recordOverdue({ alert, step: before === 'claimed' ? 'rate' : 'close' });
      if (!unmoved()) continue;
      if (row === 'closed') state = 'closed';
      else if (before === 'claimed') overdue = true;
    }
  }
  await condition(allHandlersFinished);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
