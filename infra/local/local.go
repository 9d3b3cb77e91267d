// Package local is stack local of a checkout: it brings the local Cloudflare and the stack on it up, down and away, for
// `make up`, `make down`, `make clean` and `make cron`. Of what the program declares it knows the settings that only this
// machine has, and what can be taken over after a run was cut off.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/engine"
	"github.com/addreams/addreams/infra/localcloud"
	"github.com/addreams/addreams/infra/names"
	"github.com/addreams/addreams/infra/r2"
)

// Stack is stack local on one local Cloudflare.
type Stack struct {
	cloud localcloud.LocalCloud
	out   io.Writer
}

// New returns the stack; nothing is started.
func New(cloud localcloud.LocalCloud, out io.Writer) Stack { return Stack{cloud: cloud, out: out} }

// Up brings the stack up to date: it starts what is not running, deploys what has changed, and waits for the API.
func (s Stack) Up(ctx context.Context) error {
	s.step("2/5", "tools")
	running, pulumi, err := s.prepare(ctx)
	if err != nil {
		return err
	}

	s.step("4/5", "pulumi up on stack local")
	output, err := s.deploy(ctx, pulumi, running)
	if err != nil {
		return s.explain(ctx, err)
	}

	s.step("5/5", "waiting for the API")
	if err := awaitAnswer(ctx, running.Worker+"/api/health"); err != nil {
		return fmt.Errorf("%w\n%s", err, s.cloud.LogEnd())
	}
	s.greet(running, !changed(output))
	return nil
}

// start returns the running local Cloudflare, or starts it. One that runs older code, or on other ports, is replaced.
func (s Stack) start(ctx context.Context) (localcloud.Running, error) {
	running, found := s.cloud.Find(ctx)
	if found && !s.cloud.Stale() && strings.HasSuffix(running.Worker, fmt.Sprintf(":%d", s.cloud.WorkerPort)) {
		s.step("3/5", "the local Cloudflare is running")
		return running, nil
	}

	s.step("3/5", "starting the local Cloudflare")
	if err := s.cloud.Stop(ctx); err != nil {
		return localcloud.Running{}, err
	}
	return s.cloud.Start(ctx)
}

// prepare builds the tools and starts the local Cloudflare, and returns it with Pulumi on the stack, configured.
func (s Stack) prepare(ctx context.Context) (localcloud.Running, *engine.Engine, error) {
	tools, err := engine.BuildTools(ctx, s.cloud.Root, s.out)
	if err != nil {
		return localcloud.Running{}, nil, err
	}
	running, err := s.start(ctx)
	if err != nil {
		return localcloud.Running{}, nil, err
	}
	pulumi, err := s.engine(ctx, tools, running)
	return running, pulumi, err
}

// engine returns Pulumi on the stack, configured.
func (s Stack) engine(ctx context.Context, tools engine.Tools, running localcloud.Running) (*engine.Engine, error) {
	pulumi, err := engine.New(tools, filepath.Join(s.cloud.Dir, "pulumi"), names.Local, running, &indented{out: s.out})
	if err != nil {
		return nil, err
	}
	return pulumi, s.configure(ctx, pulumi, running, Orphans{})
}

// configure sets what only this machine knows, and what is to be taken over.
func (s Stack) configure(ctx context.Context, pulumi *engine.Engine, running localcloud.Running, orphans Orphans) error {
	secrets, err := writeSecrets(s.cloud.Root, s.cloud.Dir)
	if err != nil {
		return err
	}

	settings := map[string]string{
		config.Namespace + "accountId":   running.ID,
		config.Namespace + "publicUrl":   fmt.Sprintf("http://localhost:%d", s.cloud.WorkerPort),
		config.Namespace + "secretsFile": secrets,
	}
	for key, value := range orphans.Settings {
		settings[key] = value
	}

	return pulumi.Configure(ctx, settings)
}

// deploy runs the engine. What an earlier run created but could not record is taken over.
func (s Stack) deploy(ctx context.Context, pulumi *engine.Engine, running localcloud.Running) (string, error) {
	arguments := s.upArguments()
	output, err := pulumi.Recovered(ctx, arguments...)
	if err == nil {
		return output, s.forgetUpload()
	}
	if !MetOrphan(output) {
		return output, err
	}
	orphans, lookup := FindOrphans(ctx, pulumi, running)
	if lookup != nil || orphans.None() {
		return output, errors.Join(err, lookup)
	}

	fmt.Fprintln(s.out, "      an earlier run was cut off after it had created something: taking that over")
	if err := orphans.Import(ctx, pulumi); err != nil {
		return output, err
	}
	if err := s.configure(ctx, pulumi, running, orphans); err != nil {
		return output, err
	}
	return pulumi.Run(ctx, arguments...)
}

// Down stops the local Cloudflare and keeps its data.
func (s Stack) Down(ctx context.Context) error {
	if err := s.cloud.Stop(ctx); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "stopped; the data is kept in .local (make up continues with it, make clean removes it)")
	return nil
}

// Clean destroys the stack and removes its data, which it does even if the stack can no longer be destroyed.
func (s Stack) Clean(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(s.cloud.Dir, "pulumi")); err == nil {
		if err := s.destroy(ctx); err != nil {
			if ctx.Err() != nil {
				return err
			}
			fmt.Fprintf(s.out, "pulumi destroy failed; the data is removed all the same:\n%v\n", err)
		}
	}
	if err := s.cloud.Stop(ctx); err != nil {
		return err
	}

	for _, name := range []string{"pulumi", "data", "cookie-key", "token-keys", "migrate-token", "secrets.env", "cloud.log", "uploaded"} {
		if err := os.RemoveAll(filepath.Join(s.cloud.Dir, name)); err != nil {
			return err
		}
	}
	fmt.Fprintln(s.out, "removed; the tools stay in .local/tools")
	return nil
}

func (s Stack) destroy(ctx context.Context) error {
	running, pulumi, err := s.prepare(ctx)
	if err != nil {
		return err
	}

	if err := r2.Empty(ctx, running.Account(), names.Of(names.Local).Bucket); err != nil {
		return err
	}
	_, err = pulumi.Recovered(ctx, "destroy", "--yes", "--skip-preview", "--suppress-outputs")
	return err
}

// Cron runs the Worker's scheduled handler now.
func (s Stack) Cron(ctx context.Context) error {
	running, found := s.cloud.Find(ctx)
	if !found {
		return errNotRunning
	}
	return running.Trigger(ctx, names.Of(names.Local).Script)
}

const (
	answerTimeout = 30 * time.Second // of the first request, which starts the Worker
	poll          = 50 * time.Millisecond
)

// awaitAnswer waits until a URL answers 200.
func awaitAnswer(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()

	for {
		err := answers(ctx, url)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not answer within %s: %w", url, answerTimeout, err)
		case <-tick.C:
		}
	}
}

func answers(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}

	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it answered %s", response.Status)
	}
	return nil
}
