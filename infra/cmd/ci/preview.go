package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/infra/names"
	"github.com/addreams/addreams/infra/r2"
)

func emptyCommand() *cobra.Command {
	api := cloudflare.API
	command := &cobra.Command{
		Use:   "empty BUCKET",
		Short: "Delete every object of a pull request's bucket, which can't be destroyed while it has any",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !names.IsPullRequestBucket(args[0]) {
				return fmt.Errorf("%s is not the bucket of a pull request's stack: only those are emptied", args[0])
			}

			account := cloudflare.Account{API: api, ID: os.Getenv("CLOUDFLARE_ACCOUNT_ID"), Token: os.Getenv("CLOUDFLARE_API_TOKEN")}
			if account.ID == "" || account.Token == "" {
				return errors.New("set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN")
			}
			return r2.Empty(c.Context(), account, args[0])
		},
	}

	command.Flags().StringVar(&api, "api", api, "Cloudflare's REST API")
	return command
}
