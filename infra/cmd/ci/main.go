// Command ci is what the workflows in .github call besides pulumi: it writes what people read on GitHub, tests a deployed
// API, and sets up and empties what belongs to a pull request's own stack.
package main

import (
	"context"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		os.Exit(1)
	}
}

func command() *cobra.Command {
	root := &cobra.Command{Use: "ci", Short: "What the workflows call", SilenceUsage: true}
	root.AddCommand(
		reviewCommand(), driftCommand(), fenceCommand(),
		rehearseCommand(), commentCommand(), reportCommand(),
		settingsCommand(), passphraseCommand(), keysCommand(), emptyCommand(),
		smokeCommand(),
	)
	return root
}
