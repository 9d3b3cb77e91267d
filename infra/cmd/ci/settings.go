package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/engine"
	"github.com/addreams/addreams/infra/localcloud"
	"github.com/addreams/addreams/infra/names"
)

// setting is a setting in the form of `pulumi config set-all --json`.
type setting struct {
	Value  string `json:"value"`
	Secret bool   `json:"secret"`
}

func settingsCommand() *cobra.Command {
	var subdomain, account string
	var explained bool
	command := &cobra.Command{
		Use:   "settings STACK",
		Short: "Print all settings of a pull request's stack, for `pulumi config set-all --json`; none is another stack's",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkPreviewStack(args[0]); err != nil {
				return err
			}
			if subdomain == "" {
				return errors.New("pass --subdomain: the name of the account before .workers.dev")
			}
			if err := checkPreviewAccount(".", account); err != nil {
				return err
			}

			settings := previewSettings(args[0], subdomain, account, os.Getenv)
			if explained {
				explain(c.ErrOrStderr(), args[0], settings)
			}
			return json.NewEncoder(c.OutOrStdout()).Encode(settings)
		},
	}

	command.Flags().StringVar(&subdomain, "subdomain", "", "the account's name under workers.dev")
	command.Flags().BoolVar(&explained, "explain", false, "also explain them on standard error")
	command.Flags().StringVar(&account, "account", "", "the account of pull requests' stacks, which must be neither dev's nor prod's")
	return command
}

func checkPreviewStack(name string) error {
	if !names.IsPullRequest(name) {
		return fmt.Errorf("%s is not a pull request's stack: those are named pr-<number>", name)
	}
	return nil
}

// checkPreviewAccount refuses the account of another stack, as the files of the stacks in a folder have it: a token that
// deploys there can read the other stack's database and replace its Worker.
func checkPreviewAccount(folder, account string) error {
	if account == "" {
		return nil
	}
	stacks, err := engine.ReadStacks(folder)
	if err != nil {
		return err
	}

	for _, name := range slices.Sorted(maps.Keys(stacks)) {
		if stacks[name].Setting(config.Namespace+"accountId") == account {
			return fmt.Errorf("account %s is that of stack %s: pull requests' stacks need an account of their own", account, name)
		}
	}
	return nil
}

// previewSettings returns all that a pull request's stack is given. What is not here has the default of Pulumi.yaml: no
// sign-in with Google or GitHub, no domain, nothing taken over, nothing of another stack. The cookie key is derived for the
// stack from the previews' own key, so that it stays the same from push to push; without that key it is random.
func previewSettings(name, subdomain, account string, env func(string) string) map[string]setting {
	settings := map[string]setting{
		settingOf(binding.AuthURL):      {Value: fmt.Sprintf("https://%s.%s.workers.dev", names.Of(name).Script, subdomain)},
		settingOf(binding.AuthSecret):   {Value: derive(env(previewKey), name, "cookies"), Secret: true},
		settingOf(binding.QwenKey):      {Value: cmp.Or(env("QWEN_SANDBOX_KEY"), localcloud.SandboxKey), Secret: true},
		config.Namespace + "workersDev": {Value: "true"},
	}
	if account != "" {
		settings[config.Namespace+"accountId"] = setting{Value: account}
	}
	return settings
}

// settingOf returns the full key of a binding.
func settingOf(name string) string { return config.Namespace + binding.Of(name).Setting }

// explain says what the settings are, without the value of a secret.
func explain(to io.Writer, name string, settings map[string]setting) {
	fmt.Fprintf(to, "Settings of %s; all others have their defaults, and none is another stack's:\n", name)
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		value := settings[key].Value
		if settings[key].Secret {
			value = "(secret)"
		}
		fmt.Fprintf(to, "  %s = %s\n", key, value)
	}
	if settings[settingOf(binding.QwenKey)].Value == localcloud.SandboxKey {
		fmt.Fprintln(to, "Without QWEN_SANDBOX_KEY it has no DashScope key: it answers everything but makes no image.")
	}
}
