package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/store"
	"github.com/addreams/addreams/app/studio"
)

// userFlags are the flags of every user command.
type userFlags struct {
	target dbTarget
	json   bool
}

// userSession is the database and output of one command.
type userSession struct {
	userFlags
	store    *store.Store
	database string // for people
	now      time.Time
	in       io.Reader
	out      io.Writer
}

// newUserCommand returns `addreams user`, which shows and deletes users, and changes their credits and sessions.
func newUserCommand() *cobra.Command {
	var flags userFlags
	command := &cobra.Command{
		Use: "user", Args: cobra.NoArgs, RunE: showHelp,
		Short: "Show and delete users, grant credits, sign users out",
		Long: "Show and delete users, grant credits and sign users out, in a SQLite file, the local stack's database, a Pulumi stack's,\n" +
			"or the one that .env or the environment names. A user is named by ID or e-mail address.",
	}
	flags.target.register(command)
	command.PersistentFlags().BoolVar(&flags.json, "json", false, "write JSON")

	command.AddCommand(newUserListCommand(&flags), newUserGrantCommand(&flags), newUserDeleteCommand(&flags), newUserRevokeCommand(&flags),
		userSubcommand(&flags, "show USER", "Show a user with credits, sessions and the latest ledger entries", userShow),
		userSubcommand(&flags, "export USER", "Write everything that is kept about a user, as JSON", userExport))
	return command
}

// userSubcommand returns a command about one user.
func userSubcommand(flags *userFlags, use, short string, run func(context.Context, userSession, store.UserRecord) error) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.ExactArgs(1), RunE: func(command *cobra.Command, args []string) error {
		return flags.with(command, func(ctx context.Context, s userSession) error {
			user, err := s.find(ctx, args[0])
			if err != nil {
				return err
			}
			return run(ctx, s, user)
		})
	}}
}

// with opens the database and calls run with it.
func (f userFlags) with(command *cobra.Command, run func(context.Context, userSession) error) (err error) {
	if f.target.absent() {
		return fmt.Errorf("%s does not exist", f.target.sqlite)
	}
	opened, err := f.target.open(command.Context(), os.Getenv)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.close()) }()
	return run(command.Context(), userSession{
		f, store.New(opened.db), opened.name, time.Now(), command.InOrStdin(), command.OutOrStdout(),
	})
}

// find returns the user with an ID or e-mail address.
func (s userSession) find(ctx context.Context, text string) (store.UserRecord, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return store.UserRecord{}, errors.New("name a user by ID or e-mail address")
	}

	for _, name := range []string{text, strings.ToLower(text)} {
		found, err := s.store.FindUsers(ctx, store.UserQuery{Text: name, At: s.now, Limit: 1})
		if err != nil {
			return store.UserRecord{}, err
		}
		if len(found) == 1 {
			return found[0], nil
		}
	}

	return store.UserRecord{}, fmt.Errorf("there is no user %q", text)
}

func userShow(ctx context.Context, s userSession, user store.UserRecord) error {
	entries, err := s.store.Ledger(ctx, user.User.ID, studio.CursorPage{Limit: 20})
	if err != nil {
		return err
	}
	return s.printUser(user, entries)
}

// userExport writes JSON, with or without --json.
func userExport(ctx context.Context, s userSession, user store.UserRecord) error {
	export, err := s.store.ExportUser(ctx, user.User.ID)
	if err != nil {
		return err
	}
	return printJSON(s.out, export)
}

func newUserRevokeCommand(flags *userFlags) *cobra.Command {
	var keys bool
	command := userSubcommand(flags, "revoke-sessions USER", "Sign a user out everywhere",
		func(ctx context.Context, s userSession, user store.UserRecord) error {
			ended, had, err := s.store.RevokeSessions(ctx, user.User.ID, keys, s.now)
			if err != nil {
				return err
			}
			if s.json {
				return printJSON(s.out, map[string]any{"id": user.User.ID, "revoked": ended, "apiKeys": had, "apiKeysDeleted": keys})
			}
			also := "."
			switch {
			case keys:
				also = ", and deleted " + migrate.Count(int(had), "API key") + "."
			case had > 0:
				also = fmt.Sprintf(". API keys still open the account (%d): --api-keys deletes them, too.", had)
			}
			_, err = fmt.Fprintf(s.out, "Ended %s of %s%s\n", migrate.Count(int(ended), "session"), user.User.Email, also)
			return err
		})
	command.Flags().BoolVar(&keys, "api-keys", false, "delete the user's API keys, too")
	return command
}

func newUserListCommand(flags *userFlags) *cobra.Command {
	query := store.UserQuery{}
	command := &cobra.Command{
		Use: "list", Short: "List users, newest first", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return flags.with(command, func(ctx context.Context, s userSession) error {
				query.At = s.now
				users, err := s.store.FindUsers(ctx, query)
				if err != nil {
					return err
				}
				return s.printUsers(users)
			})
		},
	}
	command.Flags().IntVar(&query.Limit, "limit", 50, "at most this `number` of users")
	command.Flags().IntVar(&query.Offset, "offset", 0, "skip this `number` of users")

	return command
}

func newUserGrantCommand(flags *userFlags) *cobra.Command {
	var grant studio.Grant
	command := userSubcommand(flags, "grant USER", "Give a user credits, or take some back with a negative number",
		func(ctx context.Context, s userSession, user store.UserRecord) error {
			return s.grant(ctx, user, grant)
		})
	command.Flags().Int64Var(&grant.Credits.ProductShoots, "product-shoots", 0, "`number` of credits for product shoots")
	command.Flags().Int64Var(&grant.Credits.AdGraphics, "ad-graphics", 0, "`number` of credits for ad graphics")
	command.Flags().StringVar(&grant.Note, "reason", "", "why, as a `text` that the user can read")
	return command
}

func (s userSession) grant(ctx context.Context, user store.UserRecord, grant studio.Grant) error {
	grant.UserID, grant.At, grant.Note = user.User.ID, s.now, strings.TrimSpace(grant.Note)
	switch {
	case grant.Credits == studio.Balance{}:
		return errors.New("say how many: --product-shoots N, --ad-graphics N or both")
	case grant.Note == "":
		return errors.New("say why: --reason TEXT")
	}

	balance, err := s.store.Grant(ctx, grant)
	var below *studio.BelowZero
	switch {
	case errors.Is(err, auth.ErrGone):
		return errors.New("the user has no profile yet: it comes with the free credits, at the first look at /api/me")
	case errors.As(err, &below):
		return fmt.Errorf("nothing has changed: %w", err)
	case err != nil:
		return err
	case s.json:
		return printJSON(s.out, map[string]any{"id": user.User.ID, "balance": balanceJSON(balance)})
	}
	_, err = fmt.Fprintf(s.out, "%s has %d product shoots and %d ad graphics.\n", user.User.Email, balance.ProductShoots, balance.AdGraphics)
	return err
}
