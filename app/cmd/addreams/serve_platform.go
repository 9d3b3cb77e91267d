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

// nativePlatform is what the native server runs on.
type nativePlatform struct {
	db      *sqlite.Database
	objects *native.Bucket
	env     map[string]string
}

// openPlatform opens the data directory, creates what is missing in it, and applies the pending migrations.
func openPlatform(ctx context.Context, data, url string, log zerolog.Logger) (_ *nativePlatform, err error) {
	if err := keepPrivate(data); err != nil {
		return nil, err
	}
	env, err := serveEnv(data, url)
	if err != nil {
		return nil, err
	}

	p := &nativePlatform{env: env}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if p.objects, err = native.OpenBucket(filepath.Join(data, objectsName)); err != nil {
		return nil, err
	}
	if p.db, err = sqlite.Open(filepath.Join(data, databaseName)); err != nil {
		return nil, err
	}
	return p, p.migrate(ctx, log)
}

// Close closes the database and the bucket.
func (p *nativePlatform) Close() error {
	var errs []error
	if p.db != nil {
		errs = append(errs, p.db.Close())
	}
	if p.objects != nil {
		errs = append(errs, p.objects.Close())
	}
	return errors.Join(errs...)
}

func (p *nativePlatform) migrate(ctx context.Context, log zerolog.Logger) error {
	engine, err := migrate.New(p.db, migrations.FS, migrate.Options{Rehearser: rehearse.InMemory{}, By: "addreams serve"})
	if err != nil {
		return err
	}
	report, err := engine.Apply(ctx)
	for _, line := range report.Lines() {
		log.Info().Msg(line)
	}
	return err
}

// platform returns the platform of the application, which writes its log lines to log.
func (p *nativePlatform) platform(log io.Writer) platform.Platform {
	platform := native.Platform(p.db, log)
	platform.Bucket = p.objects
	platform.Env = func(name string) string { return p.env[name] }
	return platform
}

// machineEnv reads the bindings from the environment, and those that it lacks from .dev.vars.
func machineEnv() (map[string]string, error) {
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
	return env, nil
}

// serveEnv reads the bindings of this machine. By default the public URL is the address that the server listens on, and the
// secret is a random one that is stored with the data.
func serveEnv(data, url string) (map[string]string, error) {
	env, err := machineEnv()
	if err != nil {
		return nil, err
	}
	if err := checkOrigins(env[binding.TrustedOrigins]); err != nil {
		return nil, err
	}
	env[binding.AuthURL] = cmp.Or(env[binding.AuthURL], url)
	if env[binding.AuthSecret] == "" {
		env[binding.AuthSecret], err = storedSecret(data)
	}
	return env, err
}

// storedSecret returns the secret in the data directory, and creates it the first time.
func storedSecret(data string) (string, error) {
	path := filepath.Join(data, secretName)
	stored, err := os.ReadFile(path)
	if err == nil && len(strings.TrimSpace(string(stored))) > 0 {
		return strings.TrimSpace(string(stored)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read the secret: %w", err)
	}

	secret := rand.Text() + rand.Text()
	if err := os.WriteFile(path, []byte(secret+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("store the secret: %w", err)
	}
	return secret, nil
}
