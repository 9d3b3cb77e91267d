package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/platform/workers/bundle"
	"github.com/addreams/addreams/infra/review"
)

func reviewCommand() *cobra.Command {
	var module, base string
	command := &cobra.Command{
		Use:   "review STACK",
		Short: "Turn `pulumi preview --json` from stdin into Markdown",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			preview, err := review.Read(c.InOrStdin())
			if err != nil {
				return fmt.Errorf("stdin is not what `pulumi preview --json` prints: %w", err)
			}
			sizes, err := bundleSizes(module, base)
			if err != nil {
				return err
			}
			return review.Write(c.OutOrStdout(), args[0], preview, sizes)
		},
	}

	command.Flags().StringVar(&module, "bundle", "", "the bundle that would be uploaded")
	command.Flags().StringVar(&base, "base-bundle", "", "the base branch's bundle; it may be missing")
	return command
}

func bundleSizes(path, base string) (review.Bundle, error) {
	if path == "" {
		return review.Bundle{}, nil
	}
	size, err := zipped(path)
	if err != nil {
		return review.Bundle{}, err
	}
	before, err := zipped(base)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return review.Bundle{Size: size, Base: before, Limit: bundle.Limit}, err
}

// zipped returns the size of a file after gzip, in bytes.
func zipped(path string) (int, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return bundle.Gzipped(content)
}
