package main

import (
	"context"
	"net/http"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// finishTimeout bounds what follows an upload, with room for tries without an answer; a hook is never cancelled from
// outside.
const finishTimeout = 2 * time.Minute

// finishHook sets what the provider cannot declare, and an upload resets: whether the Worker's logs are kept, and
// whether it answers under workers.dev. Its error is a warning to the engine; the smoke test of a deployment is what
// fails it.
func finishHook(ctx *pulumi.Context, s settings) pulumi.ResourceHookFunction {
	return func(*pulumi.ResourceHookArgs) error {
		if ctx.DryRun() {
			return nil
		}
		deadline, cancel := context.WithTimeout(context.Background(), finishTimeout)
		defer cancel()
		account, err := s.reach(ctx)
		if err != nil {
			return err
		}
		account, script := quick(account), "/workers/scripts/"+s.names.script
		// https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/script_and_version_settings/
		err = account.Set(deadline, http.MethodPatch, script+"/script-settings", map[string]any{
			"observability": map[string]any{"enabled": s.observability, "head_sampling_rate": 1},
			"logpush":       s.logpush,
		}, nil)
		if err != nil {
			return err
		}
		// https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/subdomain/
		return account.Set(deadline, http.MethodPost, script+"/subdomain", map[string]any{
			"enabled": s.workersDev, "previews_enabled": false,
		}, nil)
	}
}
