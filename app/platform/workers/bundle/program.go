package bundle

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// compile builds the package to Wasm, without TLS and without anything that differs between machines, merges its data and limits
// its memory.
func compile(ctx context.Context, root, folder, pkg string) ([]byte, error) {
	directory, err := os.MkdirTemp("", "bundle-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(directory)

	replaced, err := overlay(directory, root)
	if err != nil {
		return nil, err
	}
	output := filepath.Join(directory, "app.wasm")
	build := exec.CommandContext(ctx, "go", "build", "-overlay="+replaced, "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", output, pkg)
	build.Dir = folder
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOWASM=", "GOFLAGS=", "CGO_ENABLED=0")
	if _, err := run(build); err != nil {
		return nil, fmt.Errorf("compile %s to Wasm: %w", pkg, err)
	}

	program, err := os.ReadFile(output)
	if err != nil {
		return nil, err
	}
	program, err = mergeData(program)
	if err != nil {
		return nil, err
	}
	return capMemory(program, memoryPages)
}

// distribution returns the directory of the Go distribution.
func distribution(ctx context.Context) (string, error) {
	root, err := run(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return "", fmt.Errorf("find the Go distribution: %w", err)
	}
	return strings.TrimSpace(root), nil
}

// goRuntime reads the JavaScript that Go's distribution contains for Wasm programs. It has to match the compiler's version.
func goRuntime(root string) ([]byte, error) {
	return os.ReadFile(filepath.Join(root, "lib", "wasm", "wasm_exec.js"))
}

// run returns what the command prints; an error has what it prints to stderr.
func run(command *exec.Cmd) (string, error) {
	var output, stderr bytes.Buffer
	command.Stdout, command.Stderr = &output, &stderr
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, strings.TrimSpace(stderr.String()))
	}
	return output.String(), nil
}
