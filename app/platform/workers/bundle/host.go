package bundle

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/addreams/addreams/app/platform/workers/host"
)

// inlined returns the module app.wasm with the Wasm inside. It is decompressed and compiled when the Worker starts, because
// workerd allows compiling at module scope only.
func inlined(packed []byte) string {
	return `import { zstdDecompressSync } from "node:zlib";
export default new WebAssembly.Module(zstdDecompressSync(Uint8Array.fromBase64("` + base64.StdEncoding.EncodeToString(packed) + `")));
`
}

// imported is the same module for Wasm that the platform has compiled from a file of its own.
const imported = `export { default } from "./app.wasm";
`

// join bundles the host's modules, Go's runtime and the module app.wasm into one.
func join(runtime []byte, program string) ([]byte, error) {
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{"worker.mjs"},
		Bundle:            true,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		External:          []string{"node:*", "./app.wasm"},
		MinifyWhitespace:  true,
		MinifySyntax:      true,
		MinifyIdentifiers: true,
		LegalComments:     api.LegalCommentsInline,
		Plugins:           []api.Plugin{modules(runtime, program)},
	})
	if len(result.Errors) > 0 {
		messages := api.FormatMessages(result.Errors, api.FormatMessagesOptions{})
		return nil, fmt.Errorf("join the host's modules: %w", errors.New(messages[0]))
	}

	return result.OutputFiles[0].Contents, nil
}

// modules resolves imports: app.wasm and wasm_exec.js are given, the rest is embedded.
func modules(runtime []byte, program string) api.Plugin {
	return api.Plugin{Name: "host", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `^(\./)?[a-z_]+\.(mjs|js)$|^app\.wasm$`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: args.Path, Namespace: "host"}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "host"}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			contents, err := module(args.Path, runtime, program)
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderJS}, err
		})
	}}
}

func module(path string, runtime []byte, program string) (string, error) {
	switch path {
	case "app.wasm":
		return program, nil
	case "wasm_exec.js":
		return string(runtime), nil
	}
	contents, err := host.Files.ReadFile(strings.TrimPrefix(path, "./"))
	return string(contents), err
}
