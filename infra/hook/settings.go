package hook

import (
	"context"
	"net/http"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/infra/config"
)

// settings sets what the provider cannot declare: whether the Worker's logs are kept and whether it answers under workers.dev,
// which an upload resets, and when the bucket drops what outlived every generation. To the engine its error is a warning, and what it sets is not in the state. The smoke test of
// a deployment finds what it could not set.
type settings struct {
	ctx     *pulumi.Context
	account config.Account
	worker  config.Worker

	bucket    string // its name
	retention string // of generations, in days
}

// settingsTimeout leaves room for attempts without an answer. The engine never cancels a hook.
const settingsTimeout = 2 * time.Minute

func (s settings) run(*pulumi.ResourceHookArgs) error {
	if s.ctx.DryRun() {
		return nil
	}
	account, err := s.account.ReachQuickly()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), settingsTimeout)
	defer cancel()
	script := "/workers/scripts/" + s.worker.Name

	// https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/script_and_version_settings/
	err = account.Set(ctx, http.MethodPatch, script+"/script-settings", map[string]any{
		"observability": map[string]any{"enabled": s.worker.Observability, "head_sampling_rate": 1},
		"logpush":       s.worker.Logpush,
	}, nil)
	if err != nil {
		return err
	}

	// https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/subdomain/
	err = account.Set(ctx, http.MethodPost, script+"/subdomain", map[string]any{
		"enabled": s.worker.WorkersDev, "previews_enabled": false,
	}, nil)
	if err != nil {
		return err
	}

	return expireLeftovers(ctx, account, s.bucket, s.retention)
}
