package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/infra/smoke"
)

// outputs are the outputs of a stack that its test needs.
type outputs struct {
	URL           string
	AccountID     string
	Worker        string
	BundleSHA256  string
	WorkersDev    bool
	Observability bool
}

func smokeCommand() *cobra.Command {
	timeout, api := time.Minute, cloudflare.API
	command := &cobra.Command{
		Use:   "smoke",
		Short: "Test a deployment without changing anything; stdin is what `pulumi stack output --json` prints",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			deployed, err := readOutputs(c.InOrStdin())
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(c.Context(), timeout)
			defer cancel()
			target := smoke.Target{Origin: strings.TrimSuffix(deployed.URL, "/"), Bundle: deployed.BundleSHA256, Client: http.DefaultClient}
			return errors.Join(target.Test(ctx), deployed.testSettings(c.Context(), api))
		},
	}

	command.Flags().DurationVar(&timeout, "timeout", timeout, "how long the deployment may take to spread")
	command.Flags().StringVar(&api, "api", api, "Cloudflare's REST API")
	return command
}

func readOutputs(from io.Reader) (outputs, error) {
	var deployed outputs
	if err := json.NewDecoder(from).Decode(&deployed); err != nil {
		return deployed, fmt.Errorf("stdin is not what `pulumi stack output --json` prints: %w", err)
	}
	if deployed.URL == "" || deployed.Worker == "" || deployed.AccountID == "" {
		return deployed, errors.New("the stack has no outputs: deploy it first")
	}
	return deployed, nil
}

// settingsTimeout is how long the account may take to return a Worker's settings.
const settingsTimeout = 30 * time.Second

func (o outputs) testSettings(ctx context.Context, api string) error {
	token := os.Getenv("CLOUDFLARE_API_TOKEN")
	if token == "" {
		return errors.New("set CLOUDFLARE_API_TOKEN, to test what was set after the upload")
	}
	ctx, cancel := context.WithTimeout(ctx, settingsTimeout)
	defer cancel()
	settings := smoke.Settings{Worker: o.Worker, WorkersDev: o.WorkersDev, Observability: o.Observability}
	return settings.Test(ctx, cloudflare.Account{API: api, ID: o.AccountID, Token: token})
}
