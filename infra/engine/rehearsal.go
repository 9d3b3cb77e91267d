package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/localcloud"
	"github.com/addreams/addreams/infra/secret"
)

// Rehearsal previews what a change would do to a stack, without the stack. On a local Cloudflare of its own it deploys the
// program of the base with the stack's committed settings, and previews the program of the change over that. It needs no
// account, state or key: a placeholder of the right form replaces each setting that is encrypted or not committed. So it
// may run code that nobody has reviewed.
type Rehearsal struct {
	Stack        string
	Base, Change Tools  // whose project, program, bundle and migrations are their checkout's
	Local        string // the checkout whose local Cloudflare is run
	Dir          string // an empty folder
	Out          io.Writer
}

// placeholders are values of settings that the repository need not have, by full key.
var placeholders = map[string]string{
	"addreams:accountId": "", // the local Cloudflare's
	"addreams:publicUrl": "https://api.example.com",
	"addreams:zoneId":    strings.Repeat("0", 32),
}

// Preview returns what `pulumi preview --json` prints of the change. It fails if the base cannot be deployed. If the change
// is refused, the preview says so.
func (r Rehearsal) Preview(ctx context.Context) (_ []byte, err error) {
	local := localcloud.LocalCloud{Root: r.Local, Dir: filepath.Join(r.Dir, "cloud")}
	cloud, err := local.Start(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, local.Stop(context.WithoutCancel(ctx))) }()

	if err := r.deploy(ctx, cloud); err != nil {
		return nil, fmt.Errorf("the base cannot be deployed, so there is nothing to compare with: %w", err)
	}
	engine, err := r.engine(ctx, r.Change, cloud)
	if err != nil {
		return nil, err
	}

	preview := engine.Command(ctx, "preview", "--json")
	preview.Stderr = r.Out
	printed, failed := preview.Output()
	if failed != nil && len(printed) == 0 {
		return nil, failed
	}
	return printed, nil
}

func (r Rehearsal) deploy(ctx context.Context, cloud localcloud.Running) error {
	engine, err := r.engine(ctx, r.Base, cloud)
	if err != nil {
		return err
	}
	_, err = engine.Run(ctx, "up", "--yes", "--skip-preview", "--suppress-outputs")
	return err
}

// engine returns Pulumi with a checkout's program, on the rehearsal's one state.
func (r Rehearsal) engine(ctx context.Context, tools Tools, cloud localcloud.Running) (*Engine, error) {
	committed, err := ReadStacks(tools.root)
	if err != nil {
		return nil, err
	}
	file, found := committed[r.Stack]
	if !found {
		return nil, fmt.Errorf("%s has no Pulumi.%s.yaml", tools.root, r.Stack)
	}

	engine, err := New(tools, filepath.Join(r.Dir, "pulumi"), r.Stack, cloud, r.Out)
	if err != nil {
		return nil, err
	}
	if err := engine.ConfigureWith(ctx, file.withoutSecrets(), r.settings(file, cloud)); err != nil {
		return nil, err
	}
	return engine, engine.fillSecrets(ctx, file)
}

// settings returns what the committed settings lack, and what is true of the local Cloudflare alone: nothing can be taken
// over there. A base may still have the key adoptScript, which is retired.
func (r Rehearsal) settings(file File, cloud localcloud.Running) map[string]string {
	settings := map[string]string{"addreams:adoptDatabaseId": "", "addreams:adoptBucket": "false", "addreams:adoptScript": "false"}
	for key, value := range placeholders {
		if file.Setting(key) == "" {
			settings[key] = value
		}
	}
	if hostname := file.Setting("addreams:hostname"); hostname != "" && file.Setting("addreams:publicUrl") == "" {
		settings["addreams:publicUrl"] = "https://" + hostname
	}
	if file.Setting("addreams:workersDev") == "false" && file.Setting("addreams:hostname") == "" {
		settings["addreams:hostname"], settings["addreams:publicUrl"] = "api.example.com", "https://api.example.com"
	}

	settings["addreams:accountId"] = cloud.ID
	return settings
}

// fillSecrets sets a placeholder for every secret that is encrypted in the committed file, and for those that must be set.
// One that has a placeholder keeps it, so that only secrets that were added or removed are a change.
func (e *Engine) fillSecrets(ctx context.Context, file File) error {
	wanted, err := e.wantedSecrets(file)
	if err != nil {
		return err
	}
	project, err := ReadStacks(e.project())
	if err != nil {
		return err
	}
	had := project[e.stack].secrets()

	for _, key := range had {
		if slices.Contains(wanted, key) {
			continue
		}
		if _, err := e.Quiet().Run(ctx, "config", "rm", key); err != nil {
			return err
		}
	}
	for _, key := range wanted {
		if slices.Contains(had, key) {
			continue
		}
		if err := e.SetSecret(ctx, key, placeholder(key)); err != nil {
			return err
		}
	}
	return nil
}

// placeholder returns a secret of no value, in the form that the program asks for.
func placeholder(key string) string {
	switch key {
	case tokenKeys:
		return secret.TokenKeys()
	case fullKey(binding.StripeSecretKey):
		return "sk_test_" + secret.Key()
	case fullKey(binding.StripeWebhookSecret):
		return "whsec_" + secret.Key()
	}
	return secret.Key()
}

// tokenKeys must be set on a stack with a provider of sign-in.
var tokenKeys = fullKey(binding.AccountTokenKeys)

func fullKey(name string) string { return "addreams:" + binding.Of(name).Setting }

// wantedSecrets returns the full keys of the secrets that a stack has or must have, as its own Pulumi.yaml describes them,
// which may be older than this program. Another setting that is encrypted is not one of them: it gets its
// placeholder or its default.
func (e *Engine) wantedSecrets(file File) ([]string, error) {
	project, err := workspace.LoadProject(filepath.Join(e.tools.root, "Pulumi.yaml"))
	if err != nil {
		return nil, err
	}

	encrypted := file.secrets()
	var wanted []string
	for key, declared := range project.Config {
		full := project.Name.String() + ":" + key
		required := strings.HasPrefix(declared.Description, "(secret, required)")
		if required || strings.HasPrefix(declared.Description, "(secret)") && slices.Contains(encrypted, full) {
			wanted = append(wanted, full)
		}
	}

	_, known := project.Config[binding.Of(binding.AccountTokenKeys).Setting]
	signIn := slices.ContainsFunc(binding.SignIn(), func(pair [2]string) bool { return slices.Contains(wanted, fullKey(pair[0])) })
	if known && signIn && !slices.Contains(wanted, tokenKeys) {
		wanted = append(wanted, tokenKeys)
	}
	return wanted, nil
}
