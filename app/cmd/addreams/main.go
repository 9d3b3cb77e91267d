// Command addreams runs AdDreams on a developer's machine: it serves the API with SQLite and a directory, builds the Worker's
// bundle, migrates databases and looks into them, shows users and grants credits, and asks the provider of images.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
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
		Args:          cobra.NoArgs,
		RunE:          showHelp,
		Short:         "AdDreams: product images from prompts",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(newServeCommand(), newBundleCommand(), newDBCommand(), newUserCommand(), newProviderCommand())
	checkUsage(root)
	return root
}

// showHelp lists the commands below one that does nothing itself.
func showHelp(command *cobra.Command, _ []string) error { return command.Help() }

// flagError says what is wrong with a flag, and where all of them are.
func flagError(command *cobra.Command, err error) error {
	text, _, _ := strings.Cut(err.Error(), ": strconv.")
	return fmt.Errorf("%s; %s --help lists the flags", text, command.CommandPath())
}
