package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/d1/d1http"
)

// newRestoreCommand is `addreams db restore`: D1's Time Travel.
func newRestoreCommand(flags *dbFlags) *cobra.Command {
	var bookmark string
	var yes bool
	command := &cobra.Command{
		Use: "restore", Args: cobra.NoArgs,
		Short: "Bring a D1 database back to what it was before a migration",
		Long: "Bring a D1 database back to what it was at a bookmark; all that was written since is gone.\n" +
			"Without --bookmark, list the restore points that the ledger keeps. D1 keeps 30 days of them, 7 on the Free plan.",
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.with(command, func(ctx context.Context, s dbSession) error {
				if bookmark == "" {
					return s.listRestorePoints(ctx)
				}
				return s.restore(ctx, bookmark, yes, command.InOrStdin())
			})
		},
	}
	command.Flags().StringVar(&bookmark, "bookmark", "", "the `bookmark` to go back to")
	command.Flags().BoolVar(&yes, "yes", false, "don't ask")
	return command
}

func (s dbSession) listRestorePoints(ctx context.Context) error {
	plan, err := s.engine.Plan(ctx)
	if err != nil {
		return err
	}
	return s.printRestorePoints(plan)
}

func (s dbSession) restore(ctx context.Context, bookmark string, yes bool, in io.Reader) error {
	db, remote := s.opened.db.(*d1http.Database)
	if !remote {
		return errors.New("a SQLite file has no Time Travel: put a copy of the file back")
	}
	if !yes && !s.agreed(bookmark, in) {
		return errors.New("nothing was restored: answer yes, or pass --yes")
	}
	restored, err := db.Restore(ctx, bookmark)
	if err != nil {
		return fmt.Errorf("restore to %s: %w\nTo see the restore points: %s", bookmark, err, s.command("restore"))
	}
	if s.json {
		return s.printJSON(restored)
	}
	_, err = fmt.Fprintf(s.out, "Restored %s to %s.\nTo undo: %s --bookmark %s\n",
		s.opened.name, restored.Bookmark, s.command("restore"), restored.Previous)
	return err
}

// agreed asks a person.
func (s dbSession) agreed(bookmark string, in io.Reader) bool {
	fmt.Fprintf(s.out, "Everything written to %s since %s will be gone. Go on? (yes/no) ", s.opened.name, bookmark)
	answer, _ := bufio.NewReader(in).ReadString('\n')
	return strings.TrimSpace(answer) == "yes"
}
