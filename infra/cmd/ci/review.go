package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/infra/review"
)

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
	command.Flags().StringVar(&base, "base-bundle", "", "the base branch's bundle; it need not exist")
	return command
}

func bundleSizes(bundle, base string) (review.Bundle, error) {
	if bundle == "" {
		return review.Bundle{}, nil
	}
	size, err := zipped(bundle)
	if err != nil {
		return review.Bundle{}, err
	}
	before, err := zipped(base)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return review.Bundle{Size: size, Base: before}, err
}

// zipped is a file's size after gzip, in bytes.
func zipped(path string) (int, error) {
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
