/**
 * Rows a second of `score`, and where the threads' time goes.
 * node bench/score-speed.ts FILE.jsonl [THREADS…]
 */
import './help.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { maskText } from '../src/consent/mask.ts';
import { createEncoderPool } from '../src/encoder/pool/pool.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const [file, ...counts] = positionals;
if (file === undefined) throw new Error('Name a JSONL file whose rows have a field text.');
const texts = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => String((JSON.parse(line) as { text: string }).text));

for (const threads of counts.length > 0 ? counts.map(Number) : [1, 2]) {
  const pool = await createEncoderPool({ modelDir: join(import.meta.dirname, '../models/text'), threads });
  const from = performance.now();
  const inputs = texts.map((text) => ({ kind: 'text' as const, text: maskText(text).text }));
  const masked = performance.now() - from;
  inputs.sort((a, b) => b.text.length - a.text.length);
  const results = await pool.score(inputs);
  const seconds = (performance.now() - from) / 1000;
  const tokens = results.reduce((sum, result) => sum + (result.tokens ?? 0), 0);
  const { tokenise, infer, heads } = pool.timings;
  const beside = (tokenise + heads + masked) / (tokenise + heads + masked + infer);
  console.log(
    JSON.stringify({
      threads,
      rows: texts.length,
      tokens,
      seconds: Number(seconds.toFixed(2)),
      rowsPerSecond: Number((texts.length / seconds).toFixed(1)),
      milliseconds: { mask: Math.round(masked), tokenise: Math.round(tokenise), infer: Math.round(infer), heads: Math.round(heads) },
      besideInference: `${(beside * 100).toFixed(1)} %`,
    }),
  );
  await pool.close();
}
