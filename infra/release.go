package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

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

// readRelease reads the bundle and the migrations, of which a change of either is seen in the plain bindings. Its error
// lists all that is wrong.
func readRelease(s settings) (release, error) {
	module, unread := readBundle(s.bundle)
	schema, unfit := readSchema(os.DirFS(s.schema))
	if unfit != nil {
		unfit = fmt.Errorf("the migrations, at %smigrations %q: %w", namespace, s.schema, unfit)
	} else {
		unfit = checkAllowed(s, schema)
	}
	if err := errors.Join(unread, unfit); err != nil {
		return release{}, err
	}
	sum := sha256.Sum256(module)
	return release{bundle: string(module), digest: hex.EncodeToString(sum[:]), schema: schema}, nil
}

func readBundle(path string) ([]byte, error) {
	module, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no bundle at %s: run `make bundle`", path)
	}
	if err != nil {
		return nil, err
	}
	if len(module) == 0 || len(module) > maxBundle {
		return nil, fmt.Errorf("the bundle %s has %d bytes: run `make bundle`", path, len(module))
	}
	return module, nil
}

// checkAllowed refuses to allow a destructive migration that is none: a misspelt name would allow nothing, in silence.
func checkAllowed(s settings, schema schema) error {
	for _, file := range list(s.allowDestructive) {
		if !slices.Contains(schema.files, file) {
			return fmt.Errorf("%sallowDestructive names %q, which is not a file of %s\n      pulumi config rm %[1]sallowDestructive", namespace, file, s.schema)
		}
	}
	return nil
}

// bindings are the two values that make a changed release visible to a reviewer, and an update of the Worker.
func (r release) bindings() map[string]string {
	return map[string]string{binding.BundleDigest: r.digest, binding.SchemaVersion: r.schema.version}
}
