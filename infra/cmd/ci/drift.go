package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/infra/review"
)

func driftCommand() *cobra.Command {
	var refresh, schema string
	command := &cobra.Command{
		Use:   "drift",
		Short: "Turn `pulumi refresh --preview-only --json` and `addreams db status --json` into Markdown, which is empty if nothing has drifted",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			changes, err := read(refresh, review.Read)
			if err != nil {
				return err
			}
			status, err := read(schema, review.ReadSchema)
			if err != nil {
				return err
			}
			_, err = io.WriteString(c.OutOrStdout(), review.Drift(changes, status))
			return err
		},
	}

	command.Flags().StringVar(&refresh, "refresh", "refresh.json", "what `pulumi refresh` printed")
	command.Flags().StringVar(&schema, "schema", "schema.json", "what `addreams db status` printed")
	return command
}

// read reads a JSON file.
func read[T any](path string, from func(io.Reader) (T, error)) (T, error) {
	var none T
	file, err := os.Open(path)
	if err != nil {
		return none, err
	}
	defer file.Close()

	content, err := from(file)
	if err != nil {
		return none, fmt.Errorf("%s is not what its command prints with --json: %w", path, err)
	}
	return content, nil
}
