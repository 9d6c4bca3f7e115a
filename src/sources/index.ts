import { AfferentError } from '../../schema/errors.ts';
import type { SourceKind } from '../../schema/source.ts';
import { appleHealth } from './apple-health/index.ts';
import { aware } from './aware/index.ts';
import { beiwe } from './beiwe/index.ts';
import { bluesky } from './bluesky/index.ts';
import { discord } from './discord/index.ts';
import { empaticaE4 } from './empatica-e4/index.ts';
import { facebook } from './facebook/index.ts';
import { fit } from './fit/index.ts';
import { fitbit, fitbitRole, fitbitShared } from './fitbit/index.ts';
import { garmin } from './garmin/index.ts';
import { googleFit, googleFitRole } from './google-fit/index.ts';
import { googleTakeout } from './google-takeout/index.ts';
import { healthConnect } from './health-connect/index.ts';
import { instagram } from './instagram/index.ts';
import { mPath } from './m-path/index.ts';
import { mastodon } from './mastodon/index.ts';
import { openMhealth } from './open-mhealth/index.ts';
import { oura } from './oura/index.ts';
import { polar } from './polar/index.ts';
import { posts } from './posts/index.ts';
import { radarBase } from './radar-base/index.ts';
import { records } from './records/index.ts';
import { reddit } from './reddit/index.ts';
import { samsungHealth } from './samsung-health/index.ts';
import { telegram } from './telegram/index.ts';
import { tiktok } from './tiktok/index.ts';
import { whatsapp } from './whatsapp/index.ts';
import { whoop } from './whoop/index.ts';
import { withings } from './withings/index.ts';
import { xArchive } from './x-archive/index.ts';

/** Every source kind by its name; a new kind is a folder here and a line below. */
export const sourceKinds: Readonly<Record<string, SourceKind>> = {
  posts,
  records,
  'x-archive': xArchive,
  mastodon,
  bluesky,
  reddit,
  telegram,
  whatsapp,
  discord,
  'apple-health': appleHealth,
  'empatica-e4': empaticaE4,
  'open-mhealth': openMhealth,
  tiktok,
  facebook,
  instagram,
  'radar-base': radarBase,
  beiwe,
  aware,
  'm-path': mPath,
  fit,
  garmin: garmin(fit),
  fitbit,
  'google-fit': googleFit,
  'google-takeout': googleTakeout({
    fitbit: { kind: fitbit, roleOf: fitbitRole, shared: fitbitShared },
    fit: { kind: googleFit, roleOf: googleFitRole, shared: async () => ({}) },
  }),
  'health-connect': healthConnect,
  'samsung-health': samsungHealth,
  oura,
  withings,
  whoop,
  polar,
};

/** The kind of a name. Throws `unknown-kind`. */
export function sourceKind(kind: string): SourceKind {
  if (!Object.hasOwn(sourceKinds, kind)) throw new AfferentError('unknown-kind');
  return sourceKinds[kind] as SourceKind;
}
