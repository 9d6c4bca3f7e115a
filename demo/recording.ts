import { seeded } from './seeded.ts';

const seconds = 480;

/** Eight minutes of a wristband as its files: pulse wave, movement, skin conductance and temperature of a made-up person. */
export function recordingFiles(startMs: number): { name: string; content: string }[] {
  const start = Math.floor(startMs / 1000);
  const random = seeded(11);
  const noise = (size: number) => (random() - 0.5) * size;
  const file = (name: string, rate: number, sample: (t: number) => string, columns = 1) => {
    const repeat = (value: string) => Array(columns).fill(value).join(', ');
    const lines = [repeat(`${start}.000000`), repeat(`${rate}.000000`)];
    for (let i = 0; i < seconds * rate; i++) lines.push(sample(i / rate));
    return { name, content: `${lines.join('\r\n')}\r\n` };
  };
  // The heart goes faster and the skin sweats more in the second half.
  const arousal = (t: number) => 1 / (1 + Math.exp(-(t - seconds / 2) / 20));
  let phase = 0;
  const pulse = (t: number) => {
    phase += (2 * Math.PI * (1.1 + 0.5 * arousal(t))) / 64;
    return (60 * Math.sin(phase) + 25 * Math.sin(2 * phase + 1) + noise(8)).toFixed(2);
  };
  const movement = (t: number) => [2 + noise(3 + 6 * arousal(t)), 10 + noise(3), 62 + noise(3)].map((value) => Math.round(value)).join(',');
  return [
    file('BVP.csv', 64, pulse),
    file('ACC.csv', 32, movement, 3),
    file('EDA.csv', 4, (t) => (0.8 + 1.6 * arousal(t) + 0.1 * Math.sin(t / 9) + noise(0.02)).toFixed(6)),
    file('TEMP.csv', 4, (t) => (33.4 - 0.6 * arousal(t) + noise(0.04)).toFixed(2)),
    // A tag pressed half-way.
    { name: 'tags.csv', content: `${start + seconds / 2}.00\r\n` },
    { name: 'info.txt', content: 'Made up by the demo of Afferent; no person wore this.\n' },
  ];
}
