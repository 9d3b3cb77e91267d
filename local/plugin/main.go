// Command pulumi-resource-cloudflare replaces Cloudflare's Pulumi plugin 5.49.1 where that can't be downloaded. It serves the
// resource types that the deployment declares, with the same inputs, outputs and IDs, and sends the same requests. It is a
// development tool: a deployment to a real account uses the genuine plugin.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// healthInterval is how often the plugin checks that its engine is alive. It must not outlive an engine that was killed.
const healthInterval = 5 * time.Second

// The engine starts the plugin with the engine's address as the argument, and reads the plugin's port from standard output.
func main() {
	if err := serve(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-resource-cloudflare:", err)
		os.Exit(1)
	}
}

func serve(args []string) error {
	cancel := make(chan bool)
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: cancel,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(server, detailed{plugin.NewProviderServer(newProvider())})
			return nil
		},
	})
	if err != nil {
		return err
	}

	if len(args) > 0 {
		if err := rpcutil.Healthcheck(context.Background(), args[len(args)-1], healthInterval, func() { close(cancel) }); err != nil {
			return err
		}
	}
	fmt.Println(server.Port)
	return <-server.Done
}
