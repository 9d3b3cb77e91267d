package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/dotenv"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse"
	"github.com/addreams/addreams/app/platform"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/migrations"
)

// machine is what the native server stands on.
type machine struct {
	db      *sqlite.Database
	objects *native.Bucket
	env     map[string]string
}

// openMachine opens the data directory, makes what is missing in it, and brings the database to the newest schema.
func openMachine(ctx context.Context, data, url string, log zerolog.Logger) (_ *machine, err error) {
	if err := keepPrivate(data); err != nil {
		return nil, err
	}
	env, err := serveEnv(data, url)
	if err != nil {
		return nil, err
	}
	m := &machine{env: env}
	defer func() {
		if err != nil {
			err = errors.Join(err, m.Close())
		}
	}()
	if m.objects, err = native.OpenBucket(filepath.Join(data, objectsName)); err != nil {
		return nil, err
	}
	if m.db, err = sqlite.Open(filepath.Join(data, databaseName)); err != nil {
		return nil, err
	}
	return m, m.migrate(ctx, log)
}

// Close closes what was opened.
func (m *machine) Close() error {
	var errs []error
	if m.db != nil {
		errs = append(errs, m.db.Close())
	}
	if m.objects != nil {
		errs = append(errs, m.objects.Close())
	}
	return errors.Join(errs...)
}

func (m *machine) migrate(ctx context.Context, log zerolog.Logger) error {
	engine, err := migrate.New(m.db, migrations.FS, migrate.Options{Rehearser: rehearse.InMemory{}, By: "addreams serve"})
	if err != nil {
		return err
	}
	report, err := engine.Apply(ctx)
	for _, line := range report.Lines() {
		log.Info().Msg(line)
	}
	return err
}

// platform is the machine as the application sees it; its log lines go to the writer.
func (m *machine) platform(log io.Writer) platform.Platform {
	return platform.Platform{
		DB:     m.db,
		Bucket: m.objects,
		HTTP:   native.HTTPClient(nil),
		Scrypt: native.Scrypt,
		Spool:  native.NewSpool,
		Now:    time.Now,
		Log:    func(context.Context) io.Writer { return log },
		Env:    func(name string) string { return m.env[name] },
	}
}

// serveEnv reads the bindings from the environment, then from .dev.vars. Without them, the public URL is the address that
// is listened on, and the secret one that is made once and kept beside the data.
func serveEnv(data, url string) (map[string]string, error) {
	file, err := dotenv.Read(".dev.vars")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w (.dev.vars.example shows the form)", err)
	}
	env := map[string]string{}
	for _, wanted := range binding.All() {
		if value, set := os.LookupEnv(wanted.Name); set {
			env[wanted.Name] = value
		} else if value, set := file[wanted.Name]; set {
			env[wanted.Name] = value
		}
	}
	env[binding.AuthURL] = cmp.Or(env[binding.AuthURL], url)
	if env[binding.AuthSecret] == "" {
		env[binding.AuthSecret], err = keptSecret(data)
	}
	return env, err
}

// keptSecret returns the secret in the data directory, made at first.
func keptSecret(data string) (string, error) {
	path := filepath.Join(data, secretName)
	kept, err := os.ReadFile(path)
	if err == nil && len(strings.TrimSpace(string(kept))) > 0 {
		return strings.TrimSpace(string(kept)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	secret := rand.Text() + rand.Text()
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep the secret: %w", err)
	}
	return secret, nil
}
