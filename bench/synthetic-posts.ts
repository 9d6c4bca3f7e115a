/** Synthetic posts whose lengths are spread like those of short public comments: most under 25 words, a few of several hundred. */
const subjects = [
  'My sister',
  'The bus driver',
  'Nobody at work',
  'An old friend',
  'The neighbour upstairs',
  'I',
  'The whole class',
  'Our landlord',
];
const verbs = ['forgot', 'finally fixed', 'laughed about', 'ruined', 'kept asking about', 'really loved', 'never understood', 'gave up on'];
const objects = [
  'the concert',
  'that old bicycle',
  'the exam on Friday',
  'my birthday',
  'a broken heater',
  'the new recipe',
  'last night’s match',
  'the garden',
];
const endings = [
  'and I am still smiling.',
  'which is so tiring.',
  'again!',
  '😂😂',
  'and it hurts.',
  'so thank you all.',
  'I guess.',
  'what do you think?',
];

/** Post number `i`: the same for ever, unlike its neighbours. */
export function syntheticPost(i: number): { id: string; time: string; text: string } {
  let state = (i * 2_654_435_761) >>> 0;
  const next = (below: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return state % below;
  };
  const pick = (list: readonly string[]): string => list[next(list.length)] as string;
  const sentences = next(100) === 0 ? 20 + next(30) : 1 + next(3);
  const text = Array.from({ length: sentences }, () => `${pick(subjects)} ${pick(verbs)} ${pick(objects)} ${pick(endings)}`).join(' ');
  return { id: `post-${i}`, time: new Date(Date.parse('2026-01-01T00:00:00Z') + i * 60_000).toISOString(), text };
}
