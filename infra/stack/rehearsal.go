package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

// Rehearsal previews what a change would do to a stack without the stack: on a local Cloudflare of its own, the program of
// the base is deployed with the stack's committed settings, and that of the change previewed over it. It needs no account,
// no state and no key: where a setting is encrypted, or not committed, something of its form stands in. So it may run on
// code that nobody has read yet.
type Rehearsal struct {
	Stack        string
	Base, Change Tools  // whose project, program, bundle and migrations are their checkout's
	Local        string // the checkout whose local Cloudflare is run
	Dir          string // an empty folder
	Out          io.Writer
}

// standIns are settings of the stacks that the repository need not have, by full key.
var standIns = map[string]string{
	"addreams:accountId": "", // the local Cloudflare's
	"addreams:publicUrl": "https://api.example.com",
	"addreams:zoneId":    strings.Repeat("0", 32),
}

// Preview returns what `pulumi preview --json` prints of the change. It fails where the base cannot be deployed; a change
// that is refused is what the preview says.
func (r Rehearsal) Preview(ctx context.Context) (_ []byte, err error) {
	site := Site{Root: r.Local, Dir: filepath.Join(r.Dir, "cloud")}
	cloud, err := site.Start(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, site.Stop(context.WithoutCancel(ctx))) }()

	if err := r.deploy(ctx, cloud); err != nil {
		return nil, fmt.Errorf("the base cannot be deployed, so that there is nothing to compare with: %w", err)
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

func (r Rehearsal) deploy(ctx context.Context, cloud Cloud) error {
	engine, err := r.engine(ctx, r.Base, cloud)
	if err != nil {
		return err
	}
	_, err = engine.Run(ctx, "up", "--yes", "--skip-preview", "--suppress-outputs")
	return err
}

// engine is Pulumi with a checkout's program, on the one state of the rehearsal.
func (r Rehearsal) engine(ctx context.Context, tools Tools, cloud Cloud) (*Engine, error) {
	committed, err := ReadStacks(tools.root)
	if err != nil {
		return nil, err
	}
	file, found := committed[r.Stack]
	if !found {
		return nil, fmt.Errorf("%s has no Pulumi.%s.yaml", tools.root, r.Stack)
	}
	engine, err := NewEngine(tools, filepath.Join(r.Dir, "pulumi"), r.Stack, cloud, r.Out)
	if err != nil {
		return nil, err
	}
	if err := engine.ConfigureWith(ctx, file.withoutSecrets(), r.settings(file, cloud)); err != nil {
		return nil, err
	}
	return engine, engine.standIn(ctx, file)
}

// settings are what the committed ones lack, and what is true of the local Cloudflare alone: nothing is there to adopt.
func (r Rehearsal) settings(file File, cloud Cloud) map[string]string {
	settings := map[string]string{"addreams:adoptDatabaseId": "", "addreams:adoptBucket": "false", "addreams:adoptScript": "false"}
	for key, value := range standIns {
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

// standIn gives a secret of no value to every secret that is encrypted in the committed file, and to those that have to be
// set: the same one again where there is one, so that only what was set or taken away is a change.
func (e *Engine) standIn(ctx context.Context, file File) error {
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
		if _, err := e.quiet().Run(ctx, "config", "rm", key); err != nil {
			return err
		}
	}
	for _, key := range wanted {
		if slices.Contains(had, key) {
			continue
		}
		if err := e.SetSecret(ctx, key, standInFor(key)); err != nil {
			return err
		}
	}
	return nil
}

// standInFor makes a secret of no value, in the form that the program asks for.
func standInFor(key string) string {
	if key == tokenKeys {
		return randomTokenKey()
	}
	return randomText()
}

// tokenKeys has to be set wherever there is a provider of sign-in, of which one has these ids.
const tokenKeys = "addreams:accountTokenKeys"

var signInProviders = []string{"addreams:googleClientId", "addreams:githubClientId"}

// wantedSecrets are the full keys of the secrets that a stack has or must have, as Pulumi.yaml describes them. Another
// setting that somebody has encrypted is none: it gets what stands in for it, or its default.
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

	_, known := project.Config["accountTokenKeys"]
	signIn := slices.ContainsFunc(signInProviders, func(id string) bool { return slices.Contains(wanted, id) })
	if known && signIn && !slices.Contains(wanted, tokenKeys) {
		wanted = append(wanted, tokenKeys)
	}
	return wanted, nil
}
