package addreams_test

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// required finds a module and its version in a go.mod file.
var required = regexp.MustCompile(`(?m)^\s*(?:require )?(\S+/\S+) (v\S+)`)

// older are modules that the language host, which can be had of an older Pulumi alone, needs in older versions.
var older = []string{"github.com/pulumi/pulumi/sdk/v3", "google.golang.org/genproto"}

// TestVersionsAreShared compares the modules that `make up` compiles. What two of them require in different versions is compiled
// twice, and so is all that imports it.
func TestVersionsAreShared(t *testing.T) {
	first := map[string]string{}
	for _, file := range []string{"go.mod", "tools/go.mod", "tools/langhost/go.mod", "local/plugin/go.mod"} {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		found := required.FindAllStringSubmatch(string(content), -1)
		require.NotEmpty(t, found)

		for _, match := range found {
			name, version := match[1], match[2]
			if first[name] == "" {
				first[name] = version
			}
			if !slices.Contains(older, name) && name != "github.com/stretchr/testify" { // which tests alone compile
				assert.Equal(t, first[name], version, "%s: go get %s@%s in its folder, or the other way round", file, name, first[name])
			}
		}
	}
}
