package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/addreams/addreams/infra/r2"
)

// Local is stack local of a checkout: a local Cloudflare and the engine's folder below .local.
type Local struct {
	Site
	out io.Writer
}

// NewLocal describes it; nothing is started.
func NewLocal(site Site, out io.Writer) Local { return Local{Site: site, out: out} }

// Up brings the stack up to date: it starts what is not running, deploys what has changed, and waits for the API.
func (l Local) Up(ctx context.Context) error {
	l.say("2/5", "tools")
	tools, err := BuildTools(ctx, l.Root, l.out)
	if err != nil {
		return err
	}
	cloud, err := l.cloud(ctx)
	if err != nil {
		return err
	}
	engine, err := l.engine(ctx, tools, cloud)
	if err != nil {
		return err
	}
	l.say("4/5", "pulumi up on stack local")
	said, err := l.deploy(ctx, engine, cloud)
	if err != nil {
		return l.explain(ctx, err)
	}
	l.say("5/5", "waiting for the API")
	if err := answers(ctx, cloud.Worker+"/api/health"); err != nil {
		return fmt.Errorf("%w\n%s", err, l.tail())
	}
	l.greet(cloud, !changed(said))
	return nil
}

// cloud finds the local Cloudflare running, or starts it; one that runs older code, or on other ports, is replaced.
func (l Local) cloud(ctx context.Context) (Cloud, error) {
	cloud, running := l.Find(ctx)
	if running && !l.stale() && strings.HasSuffix(cloud.Worker, fmt.Sprintf(":%d", l.WorkerPort)) {
		l.say("3/5", "the local Cloudflare is running")
		return cloud, nil
	}
	l.say("3/5", "starting the local Cloudflare")
	if err := l.Stop(ctx); err != nil {
		return Cloud{}, err
	}
	return l.Start(ctx)
}

// stale tells whether the local Cloudflare's code changed after it was started.
func (l Local) stale() bool {
	started, err := os.Stat(l.info())
	if err != nil {
		return true
	}
	changed := false
	_ = filepath.WalkDir(filepath.Join(l.Root, "local"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == "node_modules" || entry.Name() == "plugin" || entry.Name() == "test" {
			return fs.SkipDir
		}
		if info, err := entry.Info(); err == nil && !entry.IsDir() && info.ModTime().After(started.ModTime()) {
			changed = true
		}
		return nil
	})
	return changed
}

// engine is Pulumi on stack local, configured.
func (l Local) engine(ctx context.Context, tools Tools, cloud Cloud) (*Engine, error) {
	engine, err := NewEngine(tools, filepath.Join(l.Dir, "pulumi"), "local", cloud, &indented{out: l.out})
	if err != nil {
		return nil, err
	}
	settings, err := l.settings(cloud)
	if err != nil {
		return nil, err
	}
	return engine, engine.Configure(ctx, settings)
}

// settings are what only this machine knows.
func (l Local) settings(cloud Cloud) (map[string]string, error) {
	secrets, err := writeSecrets(l.Root, l.Dir)
	return map[string]string{
		"addreams:accountId":   cloud.ID,
		"addreams:publicUrl":   fmt.Sprintf("http://localhost:%d", l.WorkerPort),
		"addreams:secretsFile": secrets,
	}, err
}

// deploy runs the engine. If it meets what an earlier run made and could not note, it takes that over.
func (l Local) deploy(ctx context.Context, engine *Engine, cloud Cloud) (string, error) {
	arguments := []string{"up", "--yes", "--skip-preview", "--suppress-outputs"}
	said, err := engine.Recovered(ctx, arguments...)
	if err == nil || !MetOrphan(said) {
		return said, err
	}
	orphans, lookup := engine.Orphans(ctx)
	if lookup != nil || len(orphans) == 0 {
		return said, errors.Join(err, lookup)
	}
	fmt.Fprintln(l.out, "      an earlier run was cut off after it had created something: taking that over")
	settings, err := l.settings(cloud)
	if err != nil {
		return said, err
	}
	maps.Copy(settings, orphans)
	if err := engine.Configure(ctx, settings); err != nil {
		return said, err
	}
	return engine.Run(ctx, arguments...)
}

// Down ends the local Cloudflare and keeps its data.
func (l Local) Down(ctx context.Context) error {
	if err := l.Stop(ctx); err != nil {
		return err
	}
	fmt.Fprintln(l.out, "stopped; the data is kept in .local (make up goes on with it, make clean removes it)")
	return nil
}

// Clean destroys the stack, and then removes its data. A stack that can't be destroyed any more does not stand in the way.
func (l Local) Clean(ctx context.Context) error {
	if exists(filepath.Join(l.Dir, "pulumi")) {
		if err := l.destroy(ctx); err != nil {
			if ctx.Err() != nil {
				return err
			}
			fmt.Fprintf(l.out, "pulumi destroy did not succeed, the data is removed all the same:\n%v\n", err)
		}
	}
	if err := l.Stop(ctx); err != nil {
		return err
	}
	for _, name := range []string{"pulumi", "data", "cookie-key", "token-keys", "secrets.env", "cloud.log"} {
		if err := os.RemoveAll(filepath.Join(l.Dir, name)); err != nil {
			return err
		}
	}
	fmt.Fprintln(l.out, "removed; the built tools stay in .local/tools")
	return nil
}

func (l Local) destroy(ctx context.Context) error {
	tools, err := BuildTools(ctx, l.Root, l.out)
	if err != nil {
		return err
	}
	cloud, err := l.cloud(ctx)
	if err != nil {
		return err
	}
	engine, err := l.engine(ctx, tools, cloud)
	if err != nil {
		return err
	}
	if err := r2.Empty(ctx, cloud.Account(), "addreams-generations-local"); err != nil {
		return err
	}
	_, err = engine.Recovered(ctx, "destroy", "--yes", "--skip-preview", "--suppress-outputs")
	return err
}

// Cron runs the Worker's scheduled handler now.
func (l Local) Cron(ctx context.Context) error {
	cloud, running := l.Find(ctx)
	if !running {
		return fmt.Errorf("the local Cloudflare is not running: make up")
	}
	return cloud.Trigger(ctx, "addreams-api-local")
}

// answerTimeout is how long the first request may take: it starts the Worker.
const answerTimeout = 30 * time.Second

func answers(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			err = fmt.Errorf("it answered %s", response.Status)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not answer within %s: %w", url, answerTimeout, err)
		case <-tick.C:
		}
	}
}
