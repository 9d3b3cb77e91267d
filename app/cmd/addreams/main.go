// Command addreams runs AdDreams on a developer's machine: it serves the API with SQLite and a directory, builds the Worker's
// bundle, migrates databases and looks into them, shows users and grants credits, and asks the provider of images.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newRootCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "addreams: "+err.Error())
		os.Exit(1)
	}
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "addreams",
		Short:         "AdDreams: product images from prompts",
		SilenceErrors: true,
	}
	root.AddCommand(newServeCommand(), newBundleCommand(), newDBCommand(), newUserCommand(), newProviderCommand())
	return root
}
