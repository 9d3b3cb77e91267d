package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/auth"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/app/seed"
	"github.com/addreams/addreams/app/store"
	"github.com/addreams/addreams/infra/names"
)

// localPassword is the password of the sample users on this machine. Whoever finds a preview gets no such help.
const localPassword = "correct horse"

// newSeedCommand is `addreams db seed`, which fills a development database with sample users.
func newSeedCommand(flags *dbFlags) *cobra.Command {
	return &cobra.Command{
		Use: "seed", Args: cobra.NoArgs,
		Short: "Fill a local or preview database with sample users, and say who can sign in",
		Long: "Write two sample users with their credits, generations in every state, and pictures, and say who can sign in. Run\n" +
			"again, it replaces them, with all that was made as them since; nobody else's rows are touched.\n" +
			"It works on --local, --sqlite, and the stacks of pull requests (--stack pr-NUMBER).",
		RunE: func(command *cobra.Command, _ []string) error {
			if err := flags.target.maySeed(); err != nil {
				return err
			}
			return flags.with(command, dbSeed)
		},
	}
}

// maySeed refuses databases that others use.
func (t dbTarget) maySeed() error {
	switch {
	case t.remote:
		return errors.New("db seed is for local and preview databases, and the one that .env names may be any: use --local, --sqlite or --stack pr-NUMBER")
	case t.stack != "" && !t.preview() && t.stack != names.Local:
		return fmt.Errorf("db seed is for local and preview databases, and the stack %s is neither: use --local, --sqlite or --stack pr-NUMBER", t.stack)
	case t.absent():
		return fmt.Errorf("%s does not exist: db migrate --sqlite %[1]s makes it", t.sqlite)
	}
	return nil
}

// preview reports whether the database is that of a pull request.
func (t dbTarget) preview() bool { return names.IsPullRequest(t.stack) }

func dbSeed(ctx context.Context, s dbSession) error {
	plan, err := s.engine.Plan(ctx)
	if err != nil {
		return err
	}
	if len(plan.Pending()) > 0 {
		return fmt.Errorf("%s lacks migrations: %s applies them", s.opened.name, s.command("migrate"))
	}

	password := localPassword
	if s.target.preview() {
		password = rand.Text()
	}
	hash, err := auth.HashPassword(ctx, native.Scrypt, password)
	if err != nil {
		return err
	}
	bucket, closeBucket, err := s.seedBucket(ctx)
	if err != nil {
		return err
	}
	users, err := s.fill(ctx, seed.Target{DB: s.opened.db, Bucket: bucket, PasswordHash: hash, Now: time.Now()})
	if errors.Is(err, seed.ErrDisturbed) {
		err = fmt.Errorf("%w; when it has ended: %s", err, s.command("seed"))
	}
	if err := errors.Join(err, closeBucket()); err != nil {
		return err
	}
	return s.printSeed(users, password)
}

// fill writes the sample users: into a SQLite file all of them or none, after another run that is at it.
func (s dbSession) fill(ctx context.Context, target seed.Target) (users []store.UserRecord, err error) {
	file, isFile := s.opened.db.(*sqlite.Database)
	if !isFile {
		return target.Fill(ctx)
	}
	err = file.Transaction(ctx, func(tx d1.Database) (err error) {
		target.DB = tx
		users, err = target.Fill(ctx)
		return err
	})
	return users, err
}

// seedBucket returns where the pictures go that belong to the database.
func (s dbSession) seedBucket(ctx context.Context) (seed.Bucket, func() error, error) {
	if s.target.sqlite != "" {
		bucket, err := native.OpenBucket(filepath.Join(filepath.Dir(s.target.sqlite), objectsName))
		if err != nil {
			return nil, nil, err
		}
		return bucket, bucket.Close, nil
	}

	find, stack := localConfig, names.Local
	if s.target.preview() {
		stack = s.target.stack
		find = func(ctx context.Context) (d1http.Config, error) { return stackConfig(ctx, stack, os.Getenv) }
	}
	config, err := find(ctx)
	return cloudObjects{config.Account, names.Of(stack).Bucket}, func() error { return nil }, err
}

func (s dbSession) printSeed(users []store.UserRecord, password string) error {
	type view struct {
		Email       string      `json:"email"`
		Password    string      `json:"password"`
		Balance     balanceView `json:"balance"`
		Generations int64       `json:"generations"`
	}
	views := make([]view, len(users))
	for i, user := range users {
		views[i] = view{user.User.Email, password, balanceJSON(user.Profile.Balance), user.Generations}
	}
	if s.json {
		return s.printJSON(views)
	}

	fmt.Fprintf(s.out, "Filled %s. Sign in with the password %q as\n", s.opened.name, password)
	for _, v := range views {
		fmt.Fprintf(s.out, "  %s   %d product shoots, %d ad graphics, %d generations\n",
			v.Email, v.Balance.ProductShoots, v.Balance.AdGraphics, v.Generations)
	}
	return nil
}
