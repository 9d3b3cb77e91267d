package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/infra/r2"
)

// previewStack is the name of a pull request's own stack, and previewBucket of its bucket: the only one to be emptied.
var (
	previewStack  = regexp.MustCompile(`^pr-\d+$`)
	previewBucket = regexp.MustCompile(`^addreams-generations-pr-\d+$`)
)

func emptyCommand() *cobra.Command {
	api := cloudflare.API
	command := &cobra.Command{
		Use:   "empty BUCKET",
		Short: "Delete every object of a pull request's bucket, which can't be destroyed otherwise",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !previewBucket.MatchString(args[0]) {
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
