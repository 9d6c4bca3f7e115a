/** Synthetic posts of very different lengths, among them two of the chunked form. */
export const texts: readonly string[] = [
  'ok',
  'I love this so much, thank you!',
  'Nobody called today. I sat by the window and counted the cars, and then I counted them again.',
  'We are moving next week 😀 and I cannot find a single box.',
  'Why would anyone do that? It makes no sense to me, honestly.',
  '今天很累,但是很开心。',
  "I can't sleep, I keep thinking about what she said, and nothing that I try makes it stop.",
  'Great game last night; the second half was a disaster though, and everybody knew it.',
  'The meeting was moved to Thursday and then moved back again. '.repeat(14).trim(),
  'I walked along the river until it was dark, and for a while it was quiet in my head. '.repeat(16).trim(),
  'She wrote to me after three years and I do not know what to answer. '.repeat(45).trim(),
];
