// Follows a network in a browser, as columns of numbers, over gRPC-Web and without a library.
//
// A gRPC-Web message is one byte of flags, four bytes of length, and the content, which is protobuf.
// Packed doubles are arrays of little-endian numbers and are read without conversion.

const FIELDS = { updates: 1, columns: 2, runEvent: 3, bookmark: 4 }; // of WatchUpdatesResponse
const COLUMNS = { firstUpdate: 1, stride: 2, run: 4, count: 6, costs: 7, parameters: 8 };
const TRAILER = 0x80;

/** Yields the columns of a network from update `next` on, without an end; resumes after a lost connection. */
export async function* watchColumns(base, network, uid, next = 0) {
  for (;;) {
    try {
      for await (const message of messages(base, watchRequest(network, uid, next))) {
        const content = fields(message).get(FIELDS.columns)?.[0];
        if (!content) continue; // a change of a run's state, or a bookmark
        const columns = columnsOf(content);
        yield columns;
        next = columns.firstUpdate + columns.count * columns.stride;
      }
    } catch (error) {
      if (error.final) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Yields the messages of one stream. Throws an Error with `final` if a retry cannot succeed. */
async function* messages(base, request) {
  const response = await fetch(`${base}/clearprop.v1.TrainingService/WatchUpdates`, {
    method: "POST",
    headers: { "content-type": "application/grpc-web+proto", "x-grpc-web": "1" },
    body: framed(request),
  });
  check(response.headers.get("grpc-status"), response.headers.get("grpc-message"));
  const reader = response.body.getReader();
  let held = new Uint8Array(0);
  for (;;) {
    while (held.length >= 5) {
      const size = new DataView(held.buffer, held.byteOffset).getUint32(1);
      if (held.length < 5 + size) break;
      const content = held.slice(5, 5 + size);
      if (held[0] & TRAILER) {
        const trailer = new TextDecoder().decode(content);
        check(/grpc-status: *(\d+)/i.exec(trailer)?.[1], /grpc-message: *(.*)/i.exec(trailer)?.[1]);
      } else {
        yield content;
      }
      held = held.subarray(5 + size);
    }
    const { done, value } = await reader.read();
    if (done) return;
    const joined = new Uint8Array(held.length + value.length);
    joined.set(held);
    joined.set(value, held.length);
    held = joined;
  }
}

function check(status, message) {
  if (!status || status === "0" || status === "14" || status === "1") return; // OK, or retry
  throw Object.assign(new Error(decodeURIComponent(message ?? `status ${status}`)), { final: true });
}

function watchRequest(network, uid, start) {
  const encoder = new TextEncoder();
  return Uint8Array.from([
    ...lengthed(1, encoder.encode(network)),
    ...lengthed(2, encoder.encode(uid)),
    ...[3 << 3, ...varint(start)],
    ...[6 << 3, 2], // encoding: COLUMNS
  ]);
}

function columnsOf(content) {
  const found = fields(content);
  const number = (field) => Number(found.get(field)?.[0] ?? 0);
  const doubles = (field) => {
    const bytes = found.get(field)?.[0] ?? new Uint8Array(0);
    return new Float64Array(bytes.slice().buffer); // copy, because an array must be aligned
  };
  return {
    firstUpdate: number(COLUMNS.firstUpdate),
    stride: number(COLUMNS.stride),
    run: number(COLUMNS.run),
    count: number(COLUMNS.count),
    costs: doubles(COLUMNS.costs),
    parameters: doubles(COLUMNS.parameters), // one row of all weights per update
  };
}

/** Returns the fields of a message by number: integers as BigInt, all others as bytes. */
function fields(bytes) {
  const found = new Map();
  let place = 0;
  const integer = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[place++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (place < bytes.length) {
    const tag = Number(integer());
    let value;
    if ((tag & 7) === 0) value = integer();
    else {
      const size = (tag & 7) === 1 ? 8 : (tag & 7) === 5 ? 4 : Number(integer());
      value = bytes.subarray(place, (place += size));
    }
    found.set(tag >> 3, [...(found.get(tag >> 3) ?? []), value]);
  }
  return found;
}

function framed(message) {
  const frame = new Uint8Array(5 + message.length);
  new DataView(frame.buffer).setUint32(1, message.length);
  frame.set(message, 5);
  return frame;
}

function lengthed(field, bytes) {
  return [(field << 3) | 2, ...varint(bytes.length), ...bytes];
}

function varint(number) {
  const written = [];
  for (; number >= 0x80; number = Math.floor(number / 0x80)) written.push((number % 0x80) | 0x80);
  return [...written, number];
}
