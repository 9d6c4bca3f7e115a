import { listFeeds } from '../../store/feeds.ts';
import { requireStudy } from '../../store/studies.ts';
import { withStore } from '../home.ts';
import { argument, type Verb } from '../verb.ts';

export const verb: Verb = {
  arguments: { '<study>': 'name of the study' },
  json: true,
  examples: ['feed list sleep-2026'],
  async run(call) {
    const study = argument(call, 0);
    const rows = await withStore(call.config, async (store) => {
      await requireStudy(store, study);
      return listFeeds(store, study);
    });
    const feeds = rows.map((row) => ({
      feed: row.id,
      source: row.source,
      form: row.form,
      state: row.state,
      connectedAt: row.connected_at,
      lastFrameAt: row.last_frame_at,
      notBefore: row.not_before,
      error: row.last_error,
    }));
    call.out.report({ study, feeds }, () => {
      call.out.table(
        [
          { title: 'feed', cell: (row) => row.feed },
          { title: 'source', cell: (row) => row.source },
          { title: 'form', cell: (row) => row.form },
          { title: 'state', cell: (row) => row.state },
          { title: 'connected', cell: (row) => row.connectedAt },
          { title: 'last frame', cell: (row) => row.lastFrameAt },
          { title: 'asked to wait until', cell: (row) => row.notBefore },
          { title: 'error', cell: (row) => row.error },
        ],
        feeds,
      );
    });
    return feeds.some((feed) => feed.state === 'on' && feed.error !== null) ? 1 : 0;
  },
};
