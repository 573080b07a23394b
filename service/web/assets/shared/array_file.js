// Files of arrays of float64, as the service sends them instead of JSON, which would block the page while many numbers
// are read.
const LENGTH = 8; // bytes of the number before the header

// { notes, arrays }: the texts of the other fields, and { shape, numbers } by name.
export function readArrays(bytes) {
  const size = Number(new DataView(bytes).getBigUint64(0, true));
  const { __metadata__: notes, ...places } = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, LENGTH, size)));
  const arrays = {};
  for (const [name, { shape, data_offsets: [start, end] }] of Object.entries(places)) {
    arrays[name] = { shape, numbers: new Float64Array(bytes, LENGTH + size + start, (end - start) / Float64Array.BYTES_PER_ELEMENT) };
  }
  return { notes, arrays };
}
