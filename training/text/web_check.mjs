// Runs the graph in the WebAssembly engine and compares it with golden.json: node web_check.mjs MODEL_FOLDER [TEXTS]
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as ort from 'onnxruntime-web'

const [folder, limit = '40'] = process.argv.slice(2)
if (!folder) {
  console.error('usage: node web_check.mjs MODEL_FOLDER [TEXTS]')
  process.exit(2)
}
const golden = JSON.parse(await readFile(join(folder, 'golden.json'), 'utf8'))
const { heads, input } = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
ort.env.wasm.numThreads = 1
const session = await ort.InferenceSession.create(await readFile(join(folder, 'onnx/model.onnx')), {
  executionProviders: ['wasm'],
})

/** Only texts whose every token id is in golden.json can be run here: there is no tokenizer in this check. */
const whole = golden.filter((row) => row.tokens === row.ids.length).slice(0, Number(limit))
const repeated = { ids: Array.from({ length: 600 }, (_, i) => 1000 + ((i * 7919) % 29000)) }

function feeds(ids) {
  const long = ids.length > input.single_block_up_to
  const multiple = long ? input.block : input.multiple
  const tokens = Math.ceil(ids.length / multiple) * multiple
  const row = new BigInt64Array(tokens)
  const mask = new BigInt64Array(tokens)
  ids.forEach((id, i) => {
    row[i] = BigInt(id)
    mask[i] = 1n
  })
  return {
    input_ids: new ort.Tensor('int64', row, [1, tokens]),
    attention_mask: new ort.Tensor('int64', mask, [1, tokens]),
    block: new ort.Tensor('int64', BigInt64Array.of(BigInt(long ? input.block : tokens)), [1]),
  }
}

let largest = 0
for (const row of whole) {
  const output = await session.run(feeds(row.ids))
  for (const { output: name } of heads) {
    row.logits[name].forEach((expected, i) => {
      largest = Math.max(largest, Math.abs(output[name].data[i] - expected))
    })
  }
}
const start = performance.now()
const long = await session.run(feeds(repeated.ids))
const milliseconds = Math.round(performance.now() - start)
const finite = heads.every(({ output: name }) => long[name].data.every(Number.isFinite))
console.log(JSON.stringify({ texts: whole.length, largest, long: { tokens: repeated.ids.length, milliseconds, finite } }))
process.exit(largest <= 1e-3 && finite ? 0 : 1)
