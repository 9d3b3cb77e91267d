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

	"github.com/addreams/addreams/infra/stack"
)

// setting is one in the form of `pulumi config set-all --json`.
type setting struct {
	Value  string `json:"value"`
	Secret bool   `json:"secret"`
}

func settingsCommand() *cobra.Command {
	var subdomain, account string
	var explained bool
	command := &cobra.Command{
		Use:   "settings STACK",
		Short: "Print all settings of a pull request's stack, for `pulumi config set-all --json`: it takes none from another stack",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkPreviewStack(args[0]); err != nil {
				return err
			}
			if subdomain == "" {
				return errors.New("pass --subdomain: the account's, that stands before .workers.dev")
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
	command.Flags().BoolVar(&explained, "explain", false, "also say on standard error what they are")
	command.Flags().StringVar(&account, "account", "", "the account of pull requests' stacks, which is neither dev's nor prod's")
	return command
}

func checkPreviewStack(name string) error {
	if !previewStack.MatchString(name) {
		return fmt.Errorf("%s is not a pull request's stack: those are named pr-<number>", name)
	}
	return nil
}

// checkPreviewAccount refuses the account of another stack, as the files of the stacks in a folder tell it: a token that
// deploys there reads the other stack's database and replaces its Worker.
func checkPreviewAccount(folder, account string) error {
	if account == "" {
		return nil
	}
	stacks, err := stack.ReadStacks(folder)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(stacks)) {
		if stacks[name].Setting("addreams:accountId") == account {
			return fmt.Errorf("account %s is that of stack %s: pull requests' stacks need an account of their own", account, name)
		}
	}
	return nil
}

// previewSettings are all that a pull request's stack is given. What is not here has the default of Pulumi.yaml: no
// sign-in with Google or GitHub, no domain, nothing adopted, nothing of another stack. The cookie key is made for the stack
// from the previews' own key, so that it stays from one push to the next; without that key it is made anew.
func previewSettings(name, subdomain, account string, env func(string) string) map[string]setting {
	settings := map[string]setting{
		"addreams:publicUrl":        {Value: fmt.Sprintf("https://addreams-api-%s.%s.workers.dev", name, subdomain)},
		"addreams:workersDev":       {Value: "true"},
		"addreams:betterAuthSecret": {Value: derive(env(previewKey), name, "cookies"), Secret: true},
		"addreams:qwenApiKey":       {Value: cmp.Or(env("QWEN_SANDBOX_KEY"), stack.SandboxKey), Secret: true},
	}
	if account != "" {
		settings["addreams:accountId"] = setting{Value: account}
	}
	return settings
}

// explain says what the settings are, without the value of a secret.
func explain(to io.Writer, name string, settings map[string]setting) {
	fmt.Fprintf(to, "Settings of %s; every other has its default, and none is taken from another stack:\n", name)
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		value := settings[key].Value
		if settings[key].Secret {
			value = "(secret)"
		}
		fmt.Fprintf(to, "  %s = %s\n", key, value)
	}
	if settings["addreams:qwenApiKey"].Value == stack.SandboxKey {
		fmt.Fprintln(to, "Without QWEN_SANDBOX_KEY it has no key of DashScope: it answers everything but makes no image.")
	}
}
