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

// newRestoreCommand returns `addreams db restore`, which uses D1's Time Travel.
func newRestoreCommand(flags *dbFlags) *cobra.Command {
	var bookmark string
	var yes bool
	command := &cobra.Command{
		Use: "restore", Args: cobra.NoArgs,
		Short: "Restore a D1 database to its state before a migration",
		Long: "Restore a D1 database to its state at a bookmark. Everything written since is lost.\n" +
			"Without --bookmark, list the restore points in the ledger. D1 keeps 30 days of history, 7 on the Free plan.",
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.with(command, func(ctx context.Context, s dbSession) error {
				if bookmark == "" {
					return s.listRestorePoints(ctx)
				}
				return s.restore(ctx, bookmark, yes, command.InOrStdin())
			})
		},
	}

	command.Flags().StringVar(&bookmark, "bookmark", "", "the `bookmark` to restore")
	command.Flags().BoolVar(&yes, "yes", false, "do not ask for confirmation")
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
		return errors.New("a SQLite file has no Time Travel: restore a copy of the file instead")
	}
	if !yes && !s.agreed(bookmark, in) {
		return errors.New("nothing has been restored: answer yes, or pass --yes")
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

// agreed asks for confirmation.
func (s dbSession) agreed(bookmark string, in io.Reader) bool {
	return s.confirmed(in, fmt.Sprintf("Everything written to %s since %s will be lost.", s.opened.name, bookmark))
}

// confirmed says what will be done, and reports whether the answer is yes.
func (s dbSession) confirmed(in io.Reader, what string) bool { return confirmed(in, s.out, what) }

func confirmed(in io.Reader, out io.Writer, what string) bool {
	fmt.Fprint(out, what+" Continue? (yes/no) ")
	answer, _ := bufio.NewReader(in).ReadString('\n')
	return strings.TrimSpace(answer) == "yes"
}
