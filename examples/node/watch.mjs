// Trains a network on XOR and follows every update of it, also through a restart of the server.
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
  keepCase: true, // the contract's own names
  longs: Number, // numbers of updates are whole up to 2^53
  enums: String,
  oneofs: true,
  defaults: true,
});
const { TrainingService } = grpc.loadPackageDefinition(definition).clearprop.v1;
const service = new TrainingService(target, grpc.credentials.createInsecure(), {
  "grpc.max_receive_message_length": 64 * 2 ** 20,
});

const call = (method, request) =>
  new Promise((resolve, reject) =>
    service[method](request, (error, response) => (error ? reject(error) : resolve(response))),
  );

/** Yields what happens to a network from `next` on, until its run is over; never twice, never with a gap. */
async function* watch(network, uid, next, run) {
  let lastEvent = 0;
  for (;;) {
    const stream = service.WatchUpdates({
      network,
      uid, // or another network of the same name could be taken for it after a restart
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
      return; // the end of the run has come
    } catch (error) {
      // What has been read is known best here: the server is asked for the rest.
      if (error.code !== grpc.status.UNAVAILABLE && error.code !== grpc.status.CANCELLED) throw error;
      console.log(`lost the connection after update ${next - 1}, going on`);
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
  request_id: randomUUID(), // a call that is repeated happens once
});

let updates = 0;
let cost = NaN;
for await (const { columns, event } of watch(network.network, network.uid, run.first_update, run.run)) {
  if (columns?.run === run.run) {
    updates += columns.count;
    cost = columns.costs.at(-1);
    // columns.parameters holds columns.count × 15 numbers: a row of all weights for each update.
  } else if (event) {
    console.log(`${event.run.state} after update ${event.update}`);
  }
}
console.log(`${updates} updates seen, cost ${cost}`);
service.close();
