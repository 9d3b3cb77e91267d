package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// schema is what the migrations make, told by their names and bytes.
type schema struct {
	files   []string
	version string // the last file's name and a digest of all of them
}

func readSchema(dir fs.FS) (schema, error) {
	files, err := fs.Glob(dir, "*.sql")
	if err != nil {
		return schema{}, err
	}
	if len(files) == 0 {
		return schema{}, fmt.Errorf("there are no migrations: set addreams:migrations to their directory")
	}
	sum := sha256.New()
	for _, file := range files {
		content, err := fs.ReadFile(dir, file)
		if err != nil {
			return schema{}, err
		}
		fmt.Fprintf(sum, "%s %d\n%s", file, len(content), content)
	}
	last := files[len(files)-1]
	return schema{files: files, version: last + " " + hex.EncodeToString(sum.Sum(nil))[:16]}, nil
}

func migrateHook(ctx *pulumi.Context, s settings, wanted schema) pulumi.ResourceHookFunction {
	return func(hook *pulumi.ResourceHookArgs) error { return nil }
}
