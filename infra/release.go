package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/addreams/addreams/app/binding"
)

// Cloudflare's limit of a script on the paid plans, in bytes of the upload before compression.
const maxBundle = 64 << 20

// release is what a deployment brings: the code and the schema that it needs.
type release struct {
	bundle string // the ES module
	digest string // its SHA-256, in hex
	schema schema
}

// readRelease reads the bundle and the migrations, of which a change of either is seen in the plain bindings.
func readRelease(s settings) (release, error) {
	module, err := os.ReadFile(s.bundle)
	if errors.Is(err, fs.ErrNotExist) {
		return release{}, fmt.Errorf("there is no bundle at %s: run `make bundle`", s.bundle)
	}
	if err != nil {
		return release{}, err
	}
	if len(module) == 0 || len(module) > maxBundle {
		return release{}, fmt.Errorf("the bundle %s has %d bytes: run `make bundle`", s.bundle, len(module))
	}
	schema, err := readSchema(os.DirFS(s.schema))
	if err != nil {
		return release{}, err
	}
	sum := sha256.Sum256(module)
	return release{bundle: string(module), digest: hex.EncodeToString(sum[:]), schema: schema}, nil
}

// bindings are the two values that make a changed release visible to a reviewer, and an update of the Worker.
func (r release) bindings() map[string]string {
	return map[string]string{binding.BundleDigest: r.digest, binding.SchemaVersion: r.schema.version}
}
