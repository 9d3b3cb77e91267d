package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/store"
)

// newUserDeleteCommand returns `addreams user delete`.
func newUserDeleteCommand(flags *userFlags) *cobra.Command {
	var yes bool
	command := userSubcommand(flags, "delete USER", "Delete a user with all that is kept about them, but the ledger of credits",
		func(ctx context.Context, s userSession, user store.UserRecord) error {
			return s.delete(ctx, user, yes)
		})
	command.Long = "Delete a user: name, address, sign-ins, sessions, API keys, credits, generations and their pictures. The schedule of the\n" +
		"deployment removes the pictures from the bucket. The ledger of credits stays, of a user without name and address."
	command.Flags().BoolVar(&yes, "yes", false, "do not ask for confirmation")
	return command
}

func (s userSession) delete(ctx context.Context, user store.UserRecord, yes bool) error {
	const refused = "nothing was deleted: "
	what := fmt.Sprintf("%s in %s is deleted, with %s. This can't be undone.",
		user.User.Email, s.database, migrate.Count(int(user.Generations), "generation"))
	switch {
	case s.json && !yes:
		return errors.New(refused + "with --json nobody is asked, pass --yes")
	case !yes && !confirmed(s.in, s.out, what):
		return errors.New(refused + "answer yes, or pass --yes")
	}

	deleted, err := s.store.DeleteUser(ctx, user.User.ID, s.now)
	if err != nil {
		return err
	}
	if s.json {
		return printJSON(s.out, map[string]any{"id": user.User.ID, "deleted": deleted})
	}
	_, err = fmt.Fprintf(s.out, "Deleted %s with %s, %s, %s and %s.\n", user.User.Email,
		migrate.Count(int(deleted.Accounts), "account"), migrate.Count(int(deleted.Sessions), "session"),
		migrate.Count(int(deleted.APIKeys), "API key"), migrate.Count(int(deleted.Generations), "generation"))
	if err == nil && deleted.LedgerStays {
		_, err = fmt.Fprintf(s.out, "The ledger of credits stays, of user %s without name and address.\n", user.User.ID)
	}
	return err
}
