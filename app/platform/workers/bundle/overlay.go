package bundle

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed tls/tls.go
var tlsStub []byte

// overlay writes a file for `go build -overlay` that replaces the Go distribution's crypto/tls with package tls, and
// returns its path. directory is where it may write.
func overlay(directory, root string) (string, error) {
	sources, err := filepath.Glob(filepath.Join(root, "src", "crypto", "tls", "*.go"))
	if err != nil || len(sources) == 0 {
		return "", fmt.Errorf("find crypto/tls in the Go distribution %s: there are no sources", root)
	}
	stub := filepath.Join(directory, "tls.go")
	if err := os.WriteFile(stub, tlsStub, 0o600); err != nil {
		return "", err
	}

	replaced := map[string]string{}
	for _, source := range sources {
		replaced[source] = "" // as if it were not there
	}
	replaced[filepath.Join(root, "src", "crypto", "tls", "tls.go")] = stub
	list, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "overlay.json")
	return path, os.WriteFile(path, list, 0o600)
}
