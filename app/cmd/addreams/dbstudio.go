package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/dbstudio"
	"github.com/addreams/addreams/infra/names"
)

// studioPort is where the studio is, unless another port is chosen: one that stays the same keeps the browser's history
// of queries.
const studioPort = 4983

// studioHints says what the names and types of the product's columns don't show.
var studioHints = map[string]dbstudio.Kind{
	"generation.r2_key":       dbstudio.Image,
	"generation_asset.r2_key": dbstudio.Image,
	"rate_limit.last_request": dbstudio.Time,
	"verification.value":      dbstudio.Secret,
}

// studioFlags are the flags of `addreams db studio` besides those for the database.
type studioFlags struct {
	write bool
	port  int
}

// newStudioCommand is `addreams db studio`: a page that looks into a database.
func newStudioCommand(flags *dbFlags) *cobra.Command {
	var studio studioFlags
	command := &cobra.Command{
		Use: "studio", Args: cobra.NoArgs,
		Short: "Look into a database in the browser, and change rows with --write",
		Long: "Serve a page on 127.0.0.1 that shows the tables, rows, schema and migrations of a database, and runs SQL.\n" +
			"The address that it prints works once, in one browser. Without --write nothing can be changed: a token that may\n" +
			"only read is enough. Ctrl-C ends it.",
		RunE: func(command *cobra.Command, _ []string) error {
			if flags.target.absent() {
				return fmt.Errorf("%s does not exist: db migrate --sqlite %[1]s makes it", flags.target.sqlite)
			}
			if flags.json {
				return errors.New("db studio is a page, and writes no JSON: leave --json out")
			}
			if studio.port < 0 || studio.port > 65535 {
				return fmt.Errorf("--port %d is not a valid port: choose one from 1 to 65535, or 0 for a free one", studio.port)
			}
			return flags.with(command, func(ctx context.Context, s dbSession) error { return s.studio(ctx, studio) })
		},
	}

	command.Flags().BoolVar(&studio.write, "write", false, "let rows be changed")
	command.Flags().IntVar(&studio.port, "port", studioPort, "the `port` to listen on; 0 takes a free one")
	return command
}

// studio serves the page until ctx ends.
func (s dbSession) studio(ctx context.Context, flags studioFlags) error {
	options, err := s.studioOptions(ctx, flags)
	if err != nil {
		return err
	}
	if _, err := d1.Query(ctx, s.opened.db, "SELECT 1"); err != nil {
		return fmt.Errorf("%s can't be read: %w", s.opened.name, err)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(flags.port)))
	if err != nil {
		return fmt.Errorf("%w; choose another port with --port", err)
	}
	options.Address = listener.Addr().String()
	studio := dbstudio.New(options)

	doing := "Looking at"
	if flags.write {
		doing = "Looking at, and changing where you say so,"
	}
	fmt.Fprintf(s.out, "%s %s\nOpen %s\nThe address works once, in one browser. Ctrl-C ends the studio.\n", doing, s.opened.name, studio.Link())
	return run(ctx, &http.Server{Handler: studio, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}, listener)
}

func (s dbSession) studioOptions(ctx context.Context, flags studioFlags) (dbstudio.Options, error) {
	options := dbstudio.Options{
		DB: s.opened.db, Name: s.opened.name, Command: s.on(),
		Write: flags.write, Migrations: s.engine, Hints: studioHints,
	}
	if s.target.stack != "" && s.target.stack != names.Local || s.target.remote {
		options.CountLimit = 10_000 // D1 bills the rows that it reads
	}
	if err := s.addObjects(ctx, &options); err != nil {
		return options, err
	}
	if !flags.write || !s.target.production() && !s.target.remote { // what .env names may be production
		return options, nil
	}

	name, err := s.databaseName(ctx)
	if err != nil {
		return options, fmt.Errorf("ask for the name of %s, which has to be typed before it is changed: %w", s.opened.name, err)
	}
	options.Confirm = name
	return options, nil
}

// databaseName returns the database's name in the account.
func (s dbSession) databaseName(ctx context.Context) (string, error) {
	db, remote := s.opened.db.(*d1http.Database)
	if !remote {
		return "", errors.New("it is not a D1 database")
	}
	name, err := db.Name(ctx)
	if err == nil && name == "" {
		err = errors.New("the answer has no name")
	}
	return name, err
}
