/** The people of the bundled study and what each gave, all of it made up. Paths lie under the folder of its exports. */
export interface DemoSource {
  kind: 'posts' | 'x-archive' | 'apple-health' | 'empatica-e4';
  path: string;
  mapping?: Record<string, string>;
  zone?: string;
  account?: string;
}

export interface DemoParticipant {
  outsideId: string;
  /** File beside this one. */
  consent?: string;
  sources: DemoSource[];
}

export const demoStudy = 'demo';
/** The account of the demo, in every role: a study of one's own gives each person one. */
export const demoAccount = 'demo';

export const demoParticipants: DemoParticipant[] = [
  {
    outsideId: 'D01',
    sources: [
      { kind: 'posts', path: 'D01/posts.jsonl' },
      { kind: 'apple-health', path: 'D01/export.zip' },
    ],
  },
  {
    outsideId: 'D02',
    consent: 'consent-followers.yaml',
    sources: [
      {
        kind: 'posts',
        path: 'D02/messages.csv',
        mapping: { id: 'message_id', time: 'created', text: 'body', audience: 'visible_to' },
        zone: 'Europe/Berlin',
      },
    ],
  },
  { outsideId: 'D03', sources: [{ kind: 'x-archive', path: 'D03/twitter-archive.zip', account: 'harbour_lights' }] },
  {
    outsideId: 'D04',
    sources: [
      { kind: 'empatica-e4', path: 'D04/wristband.zip' },
      { kind: 'posts', path: 'D04/posts.jsonl' },
    ],
  },
];
