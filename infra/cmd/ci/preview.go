package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"

	"github.com/addreams/addreams/app/cloudflare"
	"github.com/addreams/addreams/infra/r2"
	"github.com/spf13/cobra"
)

// previewStack is the name of a pull request's own stack, and previewBucket of its bucket: the only one to be emptied.
var (
	previewStack  = regexp.MustCompile(`^pr-\d+$`)
	previewBucket = regexp.MustCompile(`^addreams-generations-pr-\d+$`)
)

// setting is one in the form of `pulumi config set-all --json`.
type setting struct {
	Value  string `json:"value"`
	Secret bool   `json:"secret"`
}

func settingsCommand() *cobra.Command {
	var subdomain string
	command := &cobra.Command{
		Use:   "settings STACK",
		Short: "Print where a pull request's stack differs from dev, for `pulumi config set-all --json`",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !previewStack.MatchString(args[0]) {
				return fmt.Errorf("%s is not a pull request's stack: those are named pr-<number>", args[0])
			}
			if subdomain == "" {
				return errors.New("pass --subdomain: the account's, that stands before .workers.dev")
			}
			return json.NewEncoder(c.OutOrStdout()).Encode(previewSettings(args[0], subdomain))
		},
	}
	command.Flags().StringVar(&subdomain, "subdomain", "", "the account's name under workers.dev")
	return command
}

// previewSettings keep a pull request's stack from what is dev's: its names, addresses and rules, and what it adopted.
func previewSettings(stack, subdomain string) map[string]setting {
	settings := map[string]setting{
		"addreams:publicUrl":   {Value: fmt.Sprintf("https://addreams-api-%s.%s.workers.dev", stack, subdomain)},
		"addreams:workersDev":  {Value: "true"},
		"addreams:protect":     {Value: "false"},
		"addreams:adoptBucket": {Value: "false"},
		"addreams:adoptScript": {Value: "false"},
		"addreams:rateLimit":   {Value: "0"},
	}
	for _, unset := range []string{"databaseName", "bucketName", "scriptName", "hostname", "zoneId", "allowDestructive", "adoptDatabaseId"} {
		settings["addreams:"+unset] = setting{}
	}
	return settings
}

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
