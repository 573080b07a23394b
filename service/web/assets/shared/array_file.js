// Files of arrays, as the service sends them instead of JSON, which would block the page while many numbers are read.
const LENGTH = 8; // bytes of the number before the header
const KINDS = { F64: Float64Array, F32: Float32Array, F16: globalThis.Float16Array };

const HALF = 2; // bytes of a number of 16 bits

// The bits of numbers of 16 bits: reading the numbers takes about three times as long. Other numbers as they are.
export const bitsOf = (values) => (values.BYTES_PER_ELEMENT === HALF ? new Uint16Array(values.buffer, values.byteOffset, values.length) : values);

// { notes, arrays }: the texts of the other fields, and { shape, numbers } by name.
export function readArrays(bytes) {
  const size = Number(new DataView(bytes).getBigUint64(0, true));
  const { __metadata__: notes, ...places } = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, LENGTH, size)));
  const arrays = {};
  for (const [name, { dtype, shape, data_offsets: [start, end] }] of Object.entries(places)) {
    const Kind = KINDS[dtype];
    arrays[name] = { shape, numbers: new Kind(bytes, LENGTH + size + start, (end - start) / Kind.BYTES_PER_ELEMENT) };
  }
  return { notes, arrays };
}
