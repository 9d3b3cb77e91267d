package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/addreams/addreams/infra/smoke"
	"github.com/spf13/cobra"
)

func smokeCommand() *cobra.Command {
	var bundle string
	timeout := time.Minute
	command := &cobra.Command{
		Use:   "smoke URL",
		Short: "Test a deployed API without changing anything",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), timeout)
			defer cancel()
			return smoke.Target{Origin: strings.TrimSuffix(args[0], "/"), Bundle: bundle, Client: http.DefaultClient}.Test(ctx)
		},
	}
	command.Flags().StringVar(&bundle, "bundle", "", "SHA-256 of the bundle that must answer: the stack's output bundleSha256")
	command.Flags().DurationVar(&timeout, "timeout", timeout, "how long the deployment may take to spread")
	return command
}
