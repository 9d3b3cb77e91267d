package dbstudio_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/evanw/esbuild/pkg/api"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/local/localtest"
)

var rewrite = flag.Bool("update", false, "write the bundle of web/ into dist/")

// requireWeb leaves a test out where the packages of web/ are not installed, unless that is forbidden.
func requireWeb(t *testing.T) {
	t.Helper()
	_, err := os.Stat("web/node_modules/.package-lock.json")
	switch complete := os.Getenv(localtest.Complete) != ""; {
	case err != nil && complete:
		t.Fatal("the packages of the page are missing: run `npm ci` in app/dbstudio/web, or `make dbstudio`")
	case err != nil:
		t.Skip("left out: it needs the packages of the page, which `npm ci` in app/dbstudio/web installs; `make test` runs everything")
	}
}

// TestDist checks that dist/ is what web/ makes. With -update it writes it.
func TestDist(t *testing.T) {
	requireWeb(t)

	bundled := bundle(t)

	if *rewrite {
		require.NoError(t, os.RemoveAll("dist"))
		require.NoError(t, os.Mkdir("dist", 0o755))
		for name, content := range bundled {
			require.NoError(t, os.WriteFile(filepath.Join("dist", name), []byte(content), 0o644))
		}
	}
	entries, err := os.ReadDir("dist")
	require.NoError(t, err)
	assert.Len(t, entries, len(bundled))
	for name, want := range bundled {
		content, err := os.ReadFile(filepath.Join("dist", name))
		assert.NoError(t, err)
		assert.True(t, string(content) == want, "dist/%s is out of date: run make dbstudio, and commit it", name)
	}
}

// bundle makes the page's files.
func bundle(t *testing.T) map[string]string {
	t.Helper()
	result := api.Build(api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{{InputPath: "web/src/main.js", OutputPath: "app"}},
		Bundle:              true,
		Outdir:              "dist",
		Format:              api.FormatESModule,
		Target:              api.ES2022,
		Charset:             api.CharsetUTF8,
		MinifyWhitespace:    true,
		MinifySyntax:        true,
		MinifyIdentifiers:   true,
		LegalComments:       api.LegalCommentsNone, // dist/LICENSES.txt has them all
		Metafile:            true,
	})
	require.Empty(t, result.Errors, "%v", api.FormatMessages(result.Errors, api.FormatMessagesOptions{}))
	page, err := os.ReadFile("web/index.html")
	require.NoError(t, err)

	files := map[string]string{"index.html": string(page), "LICENSES.txt": licenses(t, result.Metafile)}
	for _, file := range result.OutputFiles {
		files[filepath.Base(file.Path)] = string(file.Contents)
	}
	return files
}

// licenses are those of the packages that the bundle has something of.
func licenses(t *testing.T, metafile string) string {
	t.Helper()
	const folder = "web/node_modules/"
	var packages []string
	for _, part := range strings.Split(metafile, `"`) {
		rest, found := strings.CutPrefix(part, folder)
		if !found {
			continue
		}
		name, _, _ := strings.Cut(rest, "/")
		if strings.HasPrefix(name, "@") {
			name = strings.Join(strings.Split(rest, "/")[:2], "/")
		}
		packages = append(packages, name)
	}
	sort.Strings(packages)

	var text strings.Builder
	for _, name := range slices.Compact(packages) {
		matches, err := filepath.Glob(folder + name + "/LICENSE*")
		require.NoError(t, err)
		require.NotEmpty(t, matches, "%s has no license", name)
		content, err := os.ReadFile(matches[0])
		require.NoError(t, err)
		text.WriteString(name + "\n\n" + strings.TrimSpace(string(content)) + "\n\n\n")
	}
	return text.String()
}
