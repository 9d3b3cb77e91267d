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

// compile builds the package to Wasm, without what differs between machines, and caps its memory.
func compile(ctx context.Context, pkg string) ([]byte, error) {
	directory, err := os.MkdirTemp("", "bundle-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(directory)
	output := filepath.Join(directory, "app.wasm")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", output, pkg)
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOWASM=", "GOFLAGS=", "CGO_ENABLED=0")
	if _, err := run(build); err != nil {
		return nil, fmt.Errorf("compile %s to Wasm: %w", pkg, err)
	}
	program, err := os.ReadFile(output)
	if err != nil {
		return nil, err
	}
	return capMemory(program, memoryPages)
}

// goRuntime reads the JavaScript that Go's own distribution has for its Wasm programs: it goes with the compiler's
// version.
func goRuntime(ctx context.Context) ([]byte, error) {
	root, err := run(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return nil, fmt.Errorf("find the Go distribution: %w", err)
	}
	return os.ReadFile(filepath.Join(strings.TrimSpace(root), "lib", "wasm", "wasm_exec.js"))
}

// run returns what the command prints; its error is what it complains of.
func run(command *exec.Cmd) (string, error) {
	var output, complaint bytes.Buffer
	command.Stdout, command.Stderr = &output, &complaint
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, strings.TrimSpace(complaint.String()))
	}
	return output.String(), nil
}
