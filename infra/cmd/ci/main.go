// Command ci is what the workflows in .github call beside pulumi itself: it writes the comment on a pull request, tests a
// deployed API, and empties a preview stack's bucket before that is destroyed.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/addreams/addreams/infra/review"
	"github.com/addreams/addreams/infra/smoke"
	"github.com/addreams/addreams/infra/stack"
	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		os.Exit(1)
	}
}

func command() *cobra.Command {
	root := &cobra.Command{Use: "ci", Short: "What the workflows call", SilenceUsage: true}
	root.AddCommand(reviewCommand(), smokeCommand(), emptyCommand())
	return root
}

func reviewCommand() *cobra.Command {
	var bundle, base string
	command := &cobra.Command{
		Use:   "review STACK",
		Short: "Turn `pulumi preview --json` from stdin into Markdown",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			preview, err := review.Read(c.InOrStdin())
			if err != nil {
				return fmt.Errorf("stdin is not what `pulumi preview --json` prints: %w", err)
			}
			sizes, err := bundleSizes(bundle, base)
			if err != nil {
				return err
			}
			return review.Write(c.OutOrStdout(), args[0], preview, sizes)
		},
	}
	command.Flags().StringVar(&bundle, "bundle", "", "the bundle that would be uploaded")
	command.Flags().StringVar(&base, "base-bundle", "", "the base branch's bundle")
	return command
}

func bundleSizes(bundle, base string) (review.Bundle, error) {
	size, err := zipped(bundle)
	if err != nil {
		return review.Bundle{}, err
	}
	before, err := zipped(base)
	return review.Bundle{Size: size, Base: before}, err
}

// zipped is a file's size after gzip; 0 for no file.
func zipped(path string) (int, error) {
	if path == "" {
		return 0, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(content); err != nil {
		return 0, err
	}
	if err := writer.Close(); err != nil {
		return 0, err
	}
	return packed.Len(), nil
}

func smokeCommand() *cobra.Command {
	timeout := time.Minute
	command := &cobra.Command{
		Use:   "smoke URL",
		Short: "Test a deployed API without changing anything",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), timeout)
			defer cancel()
			return smoke.Test(ctx, http.DefaultClient, args[0])
		},
	}
	command.Flags().DurationVar(&timeout, "timeout", timeout, "how long the deployment may take to spread")
	return command
}

// previewBucket is the name of a bucket that may be emptied: a pull request's.
var previewBucket = regexp.MustCompile(`-pr-\d+$`)

func emptyCommand() *cobra.Command {
	api := "https://api.cloudflare.com/client/v4"
	command := &cobra.Command{
		Use:   "empty BUCKET",
		Short: "Delete every object of a preview stack's bucket",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !previewBucket.MatchString(args[0]) {
				return fmt.Errorf("%s is not the bucket of a pull request's stack: only those are emptied", args[0])
			}
			cloud := stack.Cloud{API: api, Account: os.Getenv("CLOUDFLARE_ACCOUNT_ID"), Token: os.Getenv("CLOUDFLARE_API_TOKEN")}
			if cloud.Account == "" || cloud.Token == "" {
				return errors.New("set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN")
			}
			return cloud.EmptyBucket(c.Context(), args[0])
		},
	}
	command.Flags().StringVar(&api, "api", api, "Cloudflare's REST API")
	return command
}
