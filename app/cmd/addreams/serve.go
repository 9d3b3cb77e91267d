package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/api"
)

func newServeCommand() *cobra.Command {
	var flags serveFlags
	command := &cobra.Command{
		Use:   "serve",
		Short: "Serve the API here, on SQLite and a directory",
		Long: "Serve the same API as the Worker, on a SQLite file and a directory of objects. Migrations are applied at start.\n" +
			"Configuration comes from the environment, then from .dev.vars.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			command.SilenceUsage = true
			return flags.serve(command)
		},
	}
	command.Flags().StringVar(&flags.address, "addr", "127.0.0.1:8787", "address to listen on; port 0 takes a free one")
	command.Flags().StringVar(&flags.data, "data", ".local/serve", "directory for the database, the objects and the secret")
	return command
}

type serveFlags struct{ address, data string }

const (
	lastRequests  = 10 * time.Second // what requests in flight get when the server stops
	betweenSweeps = time.Minute
)

// serve runs until the command's context ends.
func (f serveFlags) serve(command *cobra.Command) (err error) {
	log := zerolog.New(command.ErrOrStderr()).With().Timestamp().Logger()
	listener, err := net.Listen("tcp", f.address)
	if err != nil {
		return fmt.Errorf("%w; choose another address with --addr", err)
	}
	url := "http://" + listener.Addr().String()
	machine, err := openMachine(command.Context(), f.data, url, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, machine.Close()) }()
	app := api.New(machine.platform(command.ErrOrStderr()))
	go sweep(command.Context(), app, log)
	fmt.Fprintf(command.OutOrStdout(), "AdDreams serves %s/api from %s\nTry: curl %s/api/health\n", url, f.data, url)
	return run(command.Context(), &http.Server{Handler: app, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}, listener)
}

// run serves until ctx ends, and then lets requests in flight finish.
func run(ctx context.Context, server *http.Server, listener net.Listener) error {
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastRequests)
		defer cancel()
		stopped <- server.Shutdown(ending)
	})
	err := server.Serve(listener)
	if stop() { // the server ended on its own
		return err
	}
	return <-stopped
}

// sweep does the work of the Worker's schedule.
func sweep(ctx context.Context, app *api.App, log zerolog.Logger) {
	ticker := time.NewTicker(betweenSweeps)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case at := <-ticker.C:
			if err := app.Scheduled(ctx, at); err != nil {
				log.Error().Err(err).Msg("schedule")
			}
		}
	}
}
