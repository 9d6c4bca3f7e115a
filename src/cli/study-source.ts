import { AfferentError } from '../../schema/errors.ts';
import type { Store } from '../store/open.ts';
import { requireSource, type SourceRow } from '../store/sources.ts';
import { requireStudy } from '../store/studies.ts';

/** A source of this study. @throws AfferentError `unknown-study`, `unknown-source` */
export async function requireStudySource(store: Store, study: string, id: string): Promise<SourceRow> {
  await requireStudy(store, study);
  const source = await requireSource(store, id);
  if (source.study !== study) throw new AfferentError('unknown-source');
  return source;
}
