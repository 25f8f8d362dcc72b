// Weights as the file that Flowlab reads: `layer.{i}.weight` [inputs, outputs] and `layer.{i}.bias`, 32-bit floats.

/// Of layers with `weight` [inputs][outputs], row by row, and `bias`.
export function safetensors(layers) {
  const header = {};
  const numbers = [];
  const add = (name, shape, values) => {
    const begin = 4 * numbers.length;
    numbers.push(...values);
    header[name] = { dtype: "F32", shape, data_offsets: [begin, 4 * numbers.length] };
  };
  layers.forEach(({ weight, bias }, i) => {
    add(`layer.${i}.weight`, [weight.length / bias.length, bias.length], weight);
    add(`layer.${i}.bias`, [bias.length], bias);
  });
  const text = JSON.stringify(header);
  const padded = text.padEnd(8 * Math.ceil(text.length / 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, Buffer.from(padded), Buffer.from(Float32Array.from(numbers).buffer)]);
}
