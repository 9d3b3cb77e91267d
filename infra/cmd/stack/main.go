// Command stack brings stack local up, down, or away: what `make up`, `make dev`, `make down`, `make clean`, `make cron`,
// `make logs` and `make provider` run. It also builds the tools that this and the engine's tests need.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/platform/workers/bundle"
	"github.com/addreams/addreams/infra/dev"
	"github.com/addreams/addreams/infra/engine"
	"github.com/addreams/addreams/infra/local"
	"github.com/addreams/addreams/infra/localcloud"
	"github.com/addreams/addreams/infra/logs"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "\n"+err.Error())
		os.Exit(1)
	}
}

func command() *cobra.Command {
	root := &cobra.Command{Use: "stack", Short: "The local stack of this checkout", SilenceUsage: true, SilenceErrors: true}
	root.AddCommand(
		onStack("up", "Start or update the stack, and say how to use it", local.Stack.Up),
		onStack("down", "Stop the stack and keep its data", local.Stack.Down),
		onStack("clean", "Destroy the stack and remove its data", local.Stack.Clean),
		onStack("cron", "Run the Worker's schedule now", local.Stack.Cron),
		devCommand(),
		providerCommand(),
		logsCommand(),
		toolsCommand(),
	)
	return root
}

func onStack(name, short string, run func(local.Stack, context.Context) error) *cobra.Command {
	return &cobra.Command{
		Use:   name,
		Short: short,
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cloud, err := here()
			if err != nil {
				return err
			}
			return run(local.New(cloud, c.OutOrStdout()), c.Context())
		},
	}
}

func devCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "dev",
		Short: "Start or update the stack, and keep it up to date while the sources are edited",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cloud, err := here()
			if err != nil {
				return err
			}
			stack := local.New(cloud, c.OutOrStdout())
			session := dev.Session{
				Root: cloud.Root, Upload: stack.Upload, Command: []string{"go", "run", "./app/cmd/addreams"},
				Keys: c.InOrStdin(), Out: c.OutOrStdout(),
			}
			session.Deploy = func(ctx context.Context) error {
				if _, err := bundle.Build(ctx, bundle.Options{Package: "./app/cmd/worker", Out: "dist"}); err != nil {
					return err
				}
				return stack.Up(ctx)
			}

			if err := session.Deploy(c.Context()); err != nil {
				return err
			}
			return session.Run(c.Context())
		},
	}
}

func providerCommand() *cobra.Command {
	var fail string
	var times int
	command := &cobra.Command{
		Use:   "provider",
		Short: "Make the sandbox, which plays the provider of images, fail; without --fail list how it can",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cloud, err := here()
			if err != nil {
				return err
			}
			return local.New(cloud, c.OutOrStdout()).FailProvider(c.Context(), fail, times)
		},
	}
	command.Flags().StringVar(&fail, "fail", "", "the `kind` of failure; none to make it work again")
	command.Flags().IntVar(&times, "times", 1, "how many calls fail")

	return command
}

func logsCommand() *cobra.Command {
	var options logs.Options
	command := &cobra.Command{
		Use:   "logs",
		Short: "Follow the log of the local Cloudflare and of the Worker",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cloud, err := here()
			if err != nil {
				return err
			}
			return logs.Show(c.Context(), cloud.Log(), c.OutOrStdout(), options)
		},
	}
	command.Flags().StringVar(&options.Filter.Request, "request", "", "only the lines of the request with this `ID`")
	command.Flags().StringVar(&options.Filter.User, "user", "", "only the lines of requests by the user with this `ID`")
	command.Flags().StringVar(&options.Filter.Route, "route", "", "only the lines of requests whose `route` has this in it")
	command.Flags().BoolVar(&options.JSON, "json", false, "the Worker's own lines, as they are")
	command.Flags().IntVar(&options.Last, "last", 50, "how many earlier `lines` are shown")
	command.Flags().BoolVar(&options.Follow, "follow", true, "wait for more")
	return command
}

func toolsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "tools",
		Short: "Build Pulumi, the program, and what else the engine needs",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			root, err := os.Getwd()
			if err != nil {
				return err
			}
			_, err = engine.BuildTools(c.Context(), root, c.OutOrStdout())
			return err
		},
	}
}

// here returns the local Cloudflare of the checkout in the working directory, on the ports that the environment chooses.
func here() (localcloud.LocalCloud, error) {
	root, err := os.Getwd()
	if err != nil {
		return localcloud.LocalCloud{}, err
	}

	cloud := localcloud.LocalCloud{Root: root, Dir: filepath.Join(root, ".local")}
	for _, port := range []struct {
		variable string
		fallback int
		target   *int
	}{
		{"ADDREAMS_WORKER_PORT", 8787, &cloud.WorkerPort},
		{"ADDREAMS_API_PORT", 8790, &cloud.APIPort},
		{"ADDREAMS_TLS_PORT", 8789, &cloud.TLSPort},
	} {
		if *port.target, err = portOf(port.variable, port.fallback); err != nil {
			return localcloud.LocalCloud{}, err
		}
	}
	return cloud, nil
}

func portOf(variable string, fallback int) (int, error) {
	text := os.Getenv(variable)
	if text == "" {
		return fallback, nil
	}
	port, err := strconv.Atoi(text)
	if err != nil || port < 1 || port > 65535 {
		return 0, fmt.Errorf("%s=%s is not a port", variable, text)
	}
	return port, nil
}
