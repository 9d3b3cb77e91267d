package config_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/config"
)

// TestCompatibilityDate compares the date with every other that the project starts a Worker with: Node cannot import it.
func TestCompatibilityDate(t *testing.T) {
	dates := regexp.MustCompile(`(?i)\b(?:compatibility_?)?date["']?\s*[:=]\s*["'](\d{4}-\d\d-\d\d)["']`)
	found := 0

	for _, root := range []string{"app", "bench", "contract", "infra", "local"} {
		require.NoError(t, filepath.WalkDir(filepath.Join("../..", root), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() && (entry.Name() == "node_modules" || path == "../../local/test" || path == "../../local/plugin") {
				return fs.SkipDir // they test what is refused as well
			}
			if name := entry.Name(); !strings.HasSuffix(name, ".mjs") && !strings.HasSuffix(name, ".ts") && !strings.HasSuffix(name, ".go") {
				return nil
			}
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}

			for _, date := range dates.FindAllStringSubmatch(string(content), -1) {
				found++
				assert.Equal(t, config.CompatibilityDate, date[1], path)
			}

			return nil
		}))
	}
	assert.GreaterOrEqual(t, found, 2, "here, and where the tests start Workers")
}
