// Package release reads what a deployment brings: the bundle and the migrations. It knows nothing of the account that they
// are deployed to.
package release

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/addreams/addreams/infra/config"
)

// maxBundle is Cloudflare's limit of a script on the paid plans, in bytes of the upload before compression.
const maxBundle = 64 << 20

// Release is the code, and the schema that it needs.
type Release struct {
	Bundle string // the ES module
	Digest string // SHA-256 of the bundle, in hex
	Schema Schema
}

// Read reads the bundle and the migrations. Its error lists everything that is wrong.
func Read(from config.Release) (Release, error) {
	module, noBundle := readBundle(from.Bundle)
	schema, noSchema := readSchema(from.Migrations)
	if noSchema == nil {
		noSchema = checkAllowed(from, schema)
	}
	if err := errors.Join(noBundle, noSchema); err != nil {
		return Release{}, err
	}

	sum := sha256.Sum256(module)
	return Release{Bundle: string(module), Digest: hex.EncodeToString(sum[:]), Schema: schema}, nil
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

// checkAllowed refuses to allow a migration that does not exist: a misspelt name would silently allow nothing.
func checkAllowed(from config.Release, schema Schema) error {
	for _, file := range from.AllowDestructive {
		if !slices.Contains(schema.Files, file) {
			return fmt.Errorf("%sallowDestructive names %q, which is not a file of %s\n      pulumi config rm %[1]sallowDestructive",
				config.Namespace, file, from.Migrations)
		}
	}
	return nil
}
