// Trains a network on XOR and receives every update, even if the server restarts.
//
// Generate the package clearpropv1 from the contract with protoc, in the folder of this file:
//
//	contract=../../proto
//	files=$(cd $contract && echo clearprop/v1/*.proto)
//	for file in $files; do
//	    options="$options --go_opt=M$file=example/clearpropv1 --go-grpc_opt=M$file=example/clearpropv1"
//	done
//	protoc --proto_path=$contract --go_out=.. --go-grpc_out=.. $options $files
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	pb "example/clearpropv1"
)

// follow receives the updates of a run until the run ends, without duplicates or gaps.
func follow(ctx context.Context, client pb.TrainingServiceClient, network *pb.Network, run *pb.Run) error {
	next, lastEvent := run.FirstUpdate, int64(0)
	for {
		err := read(ctx, client, &pb.WatchUpdatesRequest{
			Network:     network.Network,
			Uid:         network.Uid, // rejects another network with the same id
			StartUpdate: &next,
			Encoding:    pb.Encoding_ENCODING_COLUMNS,
			UntilRun:    run.Run,
		}, &next, &lastEvent)
		if err == io.EOF {
			return nil // the run has ended
		}
		if code := status.Code(err); code != codes.Unavailable && code != codes.Canceled {
			return err
		}
		// Resume after the last update that was received.
		log.Printf("lost the connection after update %d, resuming", next-1)
		time.Sleep(200 * time.Millisecond)
	}
}

func read(ctx context.Context, client pb.TrainingServiceClient, request *pb.WatchUpdatesRequest, next, lastEvent *int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := client.WatchUpdates(ctx, request)
	if err != nil {
		return err
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return err
		}
		if columns := message.GetColumns(); columns != nil {
			*next = columns.FirstUpdate + int64(columns.Count)*columns.Stride
			if costs := columns.Costs; len(costs) > 0 {
				fmt.Printf("update %d: cost %g\n", *next-1, costs[len(costs)-1])
			}
			// columns.Parameters contains one row of all weights for each of the columns.Count updates.
		} else if event := message.GetRunEvent(); event != nil && event.Event > *lastEvent {
			*lastEvent = event.Event
			fmt.Printf("%s after update %d\n", event.Run.State, event.Update)
		}
	}
}

func main() {
	target := "127.0.0.1:50051"
	if len(os.Args) > 1 {
		target = os.Args[1]
	}
	connection, err := grpc.Dial(target,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	client := pb.NewTrainingServiceClient(connection)
	ctx := context.Background()

	created, err := client.CreateNetwork(ctx, &pb.CreateNetworkRequest{LayerSizes: []int32{2, 5, 1}})
	if err != nil {
		log.Fatal(err)
	}
	trained, err := client.Train(ctx, &pb.TrainRequest{
		Network:   created.Network.Network,
		Settings:  &pb.TrainingSettings{TrainingSet: "xor", LearningRate: 5, BatchSize: 4, Epochs: 20_000},
		RequestId: fmt.Sprintf("train-%s", created.Network.Uid), // a retried call takes effect once
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := follow(ctx, client, created.Network, trained.Run); err != nil {
		log.Fatal(err)
	}
}
