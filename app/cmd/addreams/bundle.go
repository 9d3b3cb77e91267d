package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/addreams/addreams/app/platform/workers/bundle"
)

func newBundleCommand() *cobra.Command {
	options := bundle.Options{}
	command := &cobra.Command{
		Use:   "bundle",
		Short: "Build the Worker that is uploaded to Cloudflare",
		Long: "Compile the API to Wasm, and write it as one module with everything inside, " + bundle.Single + ", and as two modules,\n" +
			bundle.Entry + " and " + bundle.Program + ". The same sources always produce the same bytes.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			sizes, err := bundle.Build(command.Context(), options)
			if err != nil {
				return err
			}
			fmt.Fprintf(command.OutOrStdout(), "%s/%s: %d bytes, %d gzipped (limit %d); Wasm %d, %d compressed\n",
				options.Out, bundle.Single, sizes.Module, sizes.Gzip, bundle.Limit, sizes.Wasm, sizes.Packed)
			return sizes.Check()
		},
	}

	command.Flags().StringVar(&options.Package, "package", "./app/cmd/worker", "main package of the Worker")
	command.Flags().StringVar(&options.Out, "out", "dist", "directory to write to")
	return command
}
