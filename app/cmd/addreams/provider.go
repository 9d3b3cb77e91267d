package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/app/platform/native"
	"github.com/addreams/addreams/app/provider/qwen"
	"github.com/addreams/addreams/infra/localcloud"
	"github.com/addreams/addreams/infra/names"
)

// newProviderCommand returns `addreams provider`, which asks the provider of images.
func newProviderCommand() *cobra.Command {
	command := &cobra.Command{Use: "provider", Args: cobra.NoArgs, RunE: showHelp, Short: "Ask the provider of images"}
	command.AddCommand(newProviderCheckCommand())
	return command
}

// checkTimeout is how long the provider may take to list quotas.
const checkTimeout = 30 * time.Second

func newProviderCheckCommand() *cobra.Command {
	var stack string
	command := &cobra.Command{
		Use:   "check",
		Short: "Prove key, region and models, without paying for an image",
		Long: "Prove that the provider takes the key, at the configured host and for the configured models, without paying for an image.\n" +
			"The settings are those of the environment and .dev.vars, or of a Pulumi stack.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			env, err := providerEnv(command.Context(), stack)
			if err != nil {
				return err
			}
			return checkProvider(command.Context(), command.OutOrStdout(), env)
		},
	}
	command.Flags().StringVar(&stack, "stack", "", "the settings of the Pulumi stack with this `name`")
	return command
}

func checkProvider(ctx context.Context, out io.Writer, env map[string]string) error {
	if env[binding.QwenKey] == localcloud.SandboxKey {
		fmt.Fprintln(out, "The key is that of the local Cloudflare's sandbox: there is no provider to ask.")
		return nil
	}
	trusting, err := cloudflare.Trusting(os.Getenv("SSL_CERT_FILE"))
	if err != nil {
		return err
	}
	client := native.HTTPClient(nil)
	if trusting != nil {
		client = native.HTTPClient(trusting.Transport)
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()

	provider := qwen.New(client, native.NewSpool, func(name string) string { return env[name] })
	access, err := provider.CheckAccess(ctx)
	if errors.Is(err, qwen.ErrNoList) {
		fmt.Fprintf(out, "%s: %v.\n", access.Host, err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("the provider would make no image: %w", err)
	}

	fmt.Fprintf(out, "%s takes the key.\n", access.Host)
	for _, model := range access.Unlisted {
		fmt.Fprintf(out, "Its list of quotas does not name %s: see in the console whether the account has that model in this region.\n", model)
	}
	return nil
}

// providerEnv returns the bindings of a stack, or of this machine.
func providerEnv(ctx context.Context, stack string) (map[string]string, error) {
	if stack == "" || stack == names.Local {
		return machineEnv()
	}
	output, err := pulumi(ctx, stack, "config", "--json", "--show-secrets")
	if err != nil {
		return nil, err
	}
	var settings map[string]struct{ Value string }
	if err := json.Unmarshal([]byte(output), &settings); err != nil {
		return nil, fmt.Errorf("pulumi config --json: %w", err)
	}

	env := map[string]string{}
	for _, wanted := range binding.All() {
		env[wanted.Name] = wanted.Default
		if setting, set := settings["addreams:"+wanted.Setting]; set {
			env[wanted.Name] = strings.TrimSpace(setting.Value)
		}
	}
	return env, nil
}
