// Trains a network on XOR and receives every update, even if the server restarts.
//
//   npm install --no-package-lock
//   node watch.mjs 127.0.0.1:50051

import { fileURLToPath } from "node:url";
import { randomUUID } from "node:crypto";
import grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const target = process.argv[2] ?? "127.0.0.1:50051";
const epochs = Number(process.argv[3] ?? 20_000);

const definition = loadSync("clearprop/v1/training_service.proto", {
  includeDirs: [fileURLToPath(new URL("../../proto", import.meta.url))],
  keepCase: true, // field names as in the contract
  longs: Number, // update numbers are exact up to 2^53
  enums: String,
  oneofs: true,
  defaults: true,
});
const { TrainingService } = grpc.loadPackageDefinition(definition).clearprop.v1;
const service = new TrainingService(target, grpc.credentials.createInsecure(), {
  "grpc.max_receive_message_length": 64 * 2 ** 20, // the default is 4 MiB
});

const call = (method, request) =>
  new Promise((resolve, reject) =>
    service[method](request, (error, response) => (error ? reject(error) : resolve(response))),
  );

/** Yields updates and run events of a network from `next` until the run ends, without duplicates or gaps. */
async function* watch(network, uid, next, run) {
  let lastEvent = 0;
  for (;;) {
    const stream = service.WatchUpdates({
      network,
      uid, // rejects another network with the same id
      start_update: next,
      encoding: "ENCODING_COLUMNS",
      until_run: run,
    });
    try {
      for await (const message of stream) {
        if (message.content === "columns") {
          const columns = message.columns;
          yield { columns };
          next = columns.first_update + columns.count * columns.stride;
        } else if (message.content === "run_event" && message.run_event.event > lastEvent) {
          lastEvent = message.run_event.event;
          yield { event: message.run_event };
        }
      }
      return; // the run has ended
    } catch (error) {
      // Resume after the last update that was received.
      if (error.code !== grpc.status.UNAVAILABLE && error.code !== grpc.status.CANCELLED) throw error;
      console.log(`Lost the connection after update ${next - 1}, resuming.`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    } finally {
      stream.cancel();
    }
  }
}

const { network } = await call("CreateNetwork", {
  layer_sizes: [2, 5, 1],
  initializer: { kind: "INITIALIZER_KIND_UNIFORM", seed: 7 },
  request_id: randomUUID(),
});
const { run } = await call("Train", {
  network: network.network,
  settings: { training_set: "xor", learning_rate: 5, batch_size: 4, epochs },
  request_id: randomUUID(), // a retried call takes effect once
});

let updates = 0;
let cost = NaN;
for await (const { columns, event } of watch(network.network, network.uid, run.first_update, run.run)) {
  if (columns?.run === run.run) {
    updates += columns.count;
    cost = columns.costs.at(-1);
    // columns.parameters contains columns.count × 15 numbers: one row of all weights per update.
  } else if (event) {
    console.log(`${event.run.state} after update ${event.update}`);
  }
}
console.log(`Received ${updates} updates, cost ${cost}`);
service.close();
