import { CHUNK_BYTES } from '../reading/limits.ts';
import { avroItems } from './avro-container.ts';

/** The line that stands for a record that is lost. */
const LOST = '{"lost":';

/** Records of an Avro file as JSON lines, as a topic is written in that form; one line for each record that is lost. */
export async function* avroLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let text = '';
  let lost = 0;
  for await (const item of avroItems(chunks, isTopic)) {
    if ('record' in item) text += `${JSON.stringify(item.record)}\n`;
    // Numbered: two that are lost are not the same one twice.
    else for (let left = item.lost; left > 0; left--) text += `${LOST}${lost++}}\n`;
    if (text.length < CHUNK_BYTES / 4) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

export function isLost(line: Buffer): boolean {
  return line.length < 32 && line.toString('latin1').startsWith(LOST);
}

/** Records of a topic have a value, and mostly a key. */
function isTopic(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null || !('fields' in schema) || !Array.isArray(schema.fields)) return false;
  return schema.fields.some((field: unknown) => typeof field === 'object' && field !== null && 'name' in field && field.name === 'value');
}
