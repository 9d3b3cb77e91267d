package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/dotenv"
	"github.com/addreams/addreams/infra/names"
)

// localInfo is where the local stack writes how to reach it.
const localInfo = ".local/cloud.json"

// dbTarget is the choice of a database: one of sqlite, local, stack and remote is set.
type dbTarget struct {
	sqlite string
	empty  bool // use an empty database in memory, because the file does not exist
	local  bool
	stack  string
	remote bool
}

// register adds the flags that choose a database to a command and those below it.
func (t *dbTarget) register(command *cobra.Command) {
	set := command.PersistentFlags()
	set.StringVar(&t.sqlite, "sqlite", "", "a SQLite `file`")
	set.BoolVar(&t.local, "local", false, "the local stack's database")
	set.StringVar(&t.stack, "stack", "", "the database of the Pulumi stack with this `name`")
	set.BoolVar(&t.remote, "remote", false, "the D1 database that .env or the environment names")
	exclusive(command, "sqlite", "local", "stack", "remote")
}

// production reports whether the stack is prod, by its name alone or with its organization and project.
func (t dbTarget) production() bool { return path.Base(t.stack) == names.Production }

// dbOpened is a database that a command works on.
type dbOpened struct {
	db    d1.Database
	name  string // for people
	flag  string // that chooses it again
	close func() error
}

// open opens the database. Values come from the environment, which takes precedence over .env.
func (t dbTarget) open(ctx context.Context, env func(string) string) (dbOpened, error) {
	switch {
	case t.sqlite != "":
		if err := t.place(); err != nil {
			return dbOpened{}, err
		}
		file := t.sqlite
		if t.empty {
			file = sqlite.Memory
		}
		db, err := sqlite.Open(file)
		if err != nil {
			return dbOpened{}, err
		}
		return dbOpened{db, t.sqlite, "--sqlite " + shellWord(t.sqlite), db.Close}, nil
	case t.local || t.stack == names.Local:
		config, err := localConfig(ctx)
		return reach(config, "the local stack's database", "--local", err)
	case t.stack != "":
		config, err := stackConfig(ctx, t.stack, env)
		return reach(config, "the database of stack "+t.stack, "--stack "+t.stack, err)
	case t.remote:
		config, err := remoteConfig(env)
		return reach(config, "D1 database "+config.Database, "--remote", err)
	}
	return dbOpened{}, errors.New("choose a database: --local, --stack NAME, --remote or --sqlite FILE")
}

// place fails if a SQLite file can't be where it is said to be.
func (t dbTarget) place() error {
	if t.sqlite == sqlite.Memory {
		return nil
	}
	if info, err := os.Stat(t.sqlite); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: name the SQLite file in it", t.sqlite)
	}
	folder := filepath.Dir(t.sqlite)
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s for %s", folder, t.sqlite)
	}
	return nil
}

// absent reports whether a SQLite file is chosen that does not exist.
func (t dbTarget) absent() bool {
	if t.sqlite == "" || t.sqlite == sqlite.Memory {
		return false
	}
	_, err := os.Stat(t.sqlite)
	return errors.Is(err, fs.ErrNotExist)
}

func reach(config d1http.Config, name, flag string, err error) (dbOpened, error) {
	if err != nil {
		return dbOpened{}, err
	}
	db, err := d1http.New(config)
	return dbOpened{db, name, flag, func() error { return nil }}, err
}

// localConfig finds the running local stack and its database.
func localConfig(ctx context.Context) (d1http.Config, error) {
	content, err := os.ReadFile(localInfo)
	if errors.Is(err, fs.ErrNotExist) {
		return d1http.Config{}, fmt.Errorf("the local stack is not running: there is no %s; start it with make up", localInfo)
	}
	if err != nil {
		return d1http.Config{}, err
	}
	var info struct{ API, Account, Token string }
	if err := json.Unmarshal(content, &info); err != nil {
		return d1http.Config{}, fmt.Errorf("read %s: %w", localInfo, err)
	}

	config := d1http.Config{Account: cloudflare.Account{API: info.API, ID: info.Account, Token: info.Token}}
	if config.Database, err = d1http.Find(ctx, config, names.Of(names.Local).Database); err != nil {
		return d1http.Config{}, fmt.Errorf("find the local stack's database (start it with make up): %w", err)
	}
	return config, nil
}

// stackConfig asks Pulumi for a stack's database and account, and the environment for the token.
func stackConfig(ctx context.Context, stack string, env func(string) string) (d1http.Config, error) {
	token := cmp.Or(env("CLOUDFLARE_API_TOKEN"), env("CLOUDFLARE_D1_TOKEN"))
	if token == "" {
		return d1http.Config{}, errors.New("set CLOUDFLARE_API_TOKEN to a token with the permission D1:Edit")
	}

	database, err := pulumi(ctx, stack, "stack", "output", "databaseId")
	if err != nil {
		return d1http.Config{}, err
	}
	account, err := pulumi(ctx, stack, "config", "get", "addreams:accountId")
	if err != nil {
		return d1http.Config{}, err
	}
	return remoteDatabase(env, account, token, database)
}

// remoteDatabase returns the configuration of a database at the address that the environment names.
func remoteDatabase(env func(string) string, account, token, database string) (d1http.Config, error) {
	client, err := cloudflare.Trusting(env("SSL_CERT_FILE"))
	return d1http.Config{
		Account:  cloudflare.Account{API: cloudflare.Base(env), ID: account, Token: token, Client: client},
		Database: database,
	}, err
}

// remoteConfig reads the variables that drizzle-kit uses, from the environment or .env.
func remoteConfig(env func(string) string) (d1http.Config, error) {
	file, err := dotenv.Read(".env")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return d1http.Config{}, errors.New("the file .env can't be read as NAME=value lines")
	}

	var missing []string
	value := func(name string) string {
		found := cmp.Or(env(name), file[name])
		if found == "" {
			missing = append(missing, name)
		}
		return found
	}
	account, database, token := value("CLOUDFLARE_ACCOUNT_ID"), value("CLOUDFLARE_DATABASE_ID"), value("CLOUDFLARE_D1_TOKEN")
	if len(missing) > 0 {
		return d1http.Config{}, fmt.Errorf("set %s in .env (see .env.example) or in the environment", strings.Join(missing, ", "))
	}
	return remoteDatabase(env, account, token, database)
}
