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
		Short: "Serve the API on this machine, with SQLite and a directory",
		Long: "Serve the same API as the Worker, with a SQLite file and a directory of objects. Pending migrations are applied first.\n" +
			"Configuration comes from the environment, or else from .dev.vars.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.serve(command)
		},
	}

	command.Flags().StringVar(&flags.address, "addr", "127.0.0.1:8787", "address to listen on; port 0 picks a free port")
	command.Flags().StringVar(&flags.data, "data", ".local/serve", "directory for the database, the objects and the secret")
	return command
}

type serveFlags struct{ address, data string }

const (
	shutdownTimeout  = 10 * time.Second // for requests in flight when the server stops
	scheduleInterval = time.Minute
)

// serve runs the server until the command's context ends.
func (f serveFlags) serve(command *cobra.Command) (err error) {
	log := zerolog.New(command.ErrOrStderr()).With().Timestamp().Logger()
	listener, err := net.Listen("tcp", f.address)
	if err != nil {
		return fmt.Errorf("%w; choose another address with --addr", err)
	}

	url := "http://" + listener.Addr().String()
	opened, err := openPlatform(command.Context(), f.data, url, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, opened.Close()) }()

	app := api.New(opened.platform(command.ErrOrStderr()))
	go runSchedule(command.Context(), app, log)
	fmt.Fprintf(command.OutOrStdout(), "AdDreams serves %s/api from %s\nTry: curl %s/api/health\n", url, f.data, url)
	return run(command.Context(), &http.Server{Handler: app, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}, listener)
}

// run serves until ctx ends, and then waits for requests in flight.
func run(ctx context.Context, server *http.Server, listener net.Listener) error {
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		stopped <- server.Shutdown(ending)
	})
	err := server.Serve(listener)
	if stop() { // the server ended on its own
		return err
	}
	return <-stopped
}

// runSchedule does what the Worker does on its schedule.
func runSchedule(ctx context.Context, app *api.App, log zerolog.Logger) {
	ticker := time.NewTicker(scheduleInterval)
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
