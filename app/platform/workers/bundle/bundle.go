// Package bundle builds a Go program that calls workers.Serve into what is uploaded to Cloudflare: one ES module with the
// compressed Wasm inside, and the same as two modules. The same sources always produce the same bytes.
package bundle

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Options describe a bundle.
type Options struct {
	Package string // the main package, as `go build` takes it
	Out     string // the directory to write to
	Quick   bool   // compress less, for tests, which build often and upload nothing
}

// The files in Options.Out.
const (
	Single  = "worker.mjs"         // everything in one module
	Entry   = "modules/worker.mjs" // imports Program
	Program = "modules/app.wasm"
)

// Build compiles the program and writes the bundle in both forms.
func Build(ctx context.Context, options Options) (Sizes, error) {
	compiled, err := Compile(ctx, "", options.Package)
	if err != nil {
		return Sizes{}, err
	}
	packed, err := pack(compiled.Program, options.Quick)
	if err != nil {
		return Sizes{}, err
	}
	single, err := join(compiled.runtime, inlined(packed))
	if err != nil {
		return Sizes{}, err
	}

	files := map[string][]byte{Single: single, Entry: compiled.Entry, Program: compiled.Program}
	for name, contents := range files {
		if err := write(filepath.Join(options.Out, name), contents); err != nil {
			return Sizes{}, err
		}
	}
	return measure(compiled.Program, packed, single)
}

// Modules are a bundle as two modules. Entry imports Program as ./app.wasm.
type Modules struct {
	Entry, Program []byte
	runtime        []byte // Go's, which is a part of Entry
}

// Compile compiles the package in a folder, or in the working directory if it is empty, and writes nothing.
func Compile(ctx context.Context, folder, pkg string) (Modules, error) {
	root, err := distribution(ctx)
	if err != nil {
		return Modules{}, err
	}
	program, err := compile(ctx, root, folder, pkg)
	if err != nil {
		return Modules{}, err
	}
	runtime, err := goRuntime(root)
	if err != nil {
		return Modules{}, err
	}

	entry, err := join(runtime, imported)
	return Modules{Entry: entry, Program: program, runtime: runtime}, err
}

// write writes the file only if its contents have changed, so that unchanged files keep their modification time and do not
// wake watchers.
func write(path string, contents []byte) error {
	if earlier, err := os.ReadFile(path); err == nil && bytes.Equal(earlier, contents) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("write the bundle: %w", err)
	}
	part := path + ".part"
	if err := os.WriteFile(part, contents, 0o644); err != nil {
		return fmt.Errorf("write the bundle: %w", err)
	}
	return os.Rename(part, path)
}
