package smoke

import (
	"context"
	"errors"
	"fmt"
)

// Settings are what a hook sets after each upload. If it fails, the engine only warns.
type Settings struct {
	Worker        string // its name
	WorkersDev    bool   // it answers under workers.dev
	Observability bool   // its logs are kept
}

// Account is Cloudflare's REST API of the account, for paths in /accounts/<id>.
type Account interface {
	Get(ctx context.Context, path string, result any) error
}

// Test compares the Worker's settings in the account with these. It only reads.
func (s Settings) Test(ctx context.Context, account Account) error {
	script := "/workers/scripts/" + s.Worker
	var kept struct{ Observability struct{ Enabled bool } }
	if err := account.Get(ctx, script+"/script-settings", &kept); err != nil {
		return err
	}

	var subdomain struct{ Enabled bool }
	if err := account.Get(ctx, script+"/subdomain", &subdomain); err != nil {
		return err
	}
	return errors.Join(
		s.compare("observability", kept.Observability.Enabled, s.Observability),
		s.compare("workersDev", subdomain.Enabled, s.WorkersDev),
	)
}

func (s Settings) compare(setting string, got, want bool) error {
	if got == want {
		return nil
	}
	return fmt.Errorf("%s of %s is %t, not %t: the deployment could not set it, and has warned; "+
		"set it in the dashboard (the Worker's Settings), or deploy a change", setting, s.Worker, got, want)
}
