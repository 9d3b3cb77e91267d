package docs_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/local/localtest"
)

// The recipes of contributing.md are written so that this test can follow them. A recipe is a section. Each of its edits is
// a line that names a file, followed by a block of code:
//
//	New file `PATH`:                the block is the file
//	In `PATH`, after `LINE`:        the block goes below the first line that contains LINE
//	In `PATH`, replace `OLD`:       the block replaces the first OLD
//
// and a block of sh holds the commands that must pass afterwards. `Rewritten: PATTERN` names files that the commands write.
var (
	editLine = regexp.MustCompile("(?m)^(?:New file `([^`]+)`|In `([^`]+)`, (after|replace) `([^`]+)`):\n\n```\\w*\n([^\x60]*(?:\x60[^\x60]+\x60[^\x60]*)*)```\n")
	shBlock  = regexp.MustCompile("(?s)```sh\n(.*?)```")
	written  = regexp.MustCompile("Rewritten: `([^`]+)`")
)

type recipe struct{ title, text string }

func recipes(t *testing.T) []recipe {
	var found []recipe
	for _, section := range strings.Split(read(t, "contributing.md"), "\n## ")[1:] {
		title, text, _ := strings.Cut(section, "\n")
		if editLine.MatchString(text) {
			found = append(found, recipe{title, text})
		}
	}
	return found
}

// TestRecipes follows each recipe in a copy of the tree: what it says must be enough for its commands to pass, and no file
// may change that it does not name.
func TestRecipes(t *testing.T) {
	localtest.Programs(t, "bash", "git", "tar")
	all := recipes(t)
	require.Len(t, all, 6)

	for _, r := range all {
		t.Run(r.title, func(t *testing.T) {
			tree := copyOfTree(t)
			named := follow(t, tree, r.text)
			for _, block := range shBlock.FindAllStringSubmatch(r.text, -1) {
				run(t, tree, block[1])
			}

			for _, match := range written.FindAllStringSubmatch(r.text, -1) {
				named = append(named, match[1])
			}
			for _, path := range changed(t, tree) {
				assert.True(t, slices.ContainsFunc(named, func(pattern string) bool {
					matches, err := filepath.Match(pattern, path)
					return err == nil && matches
				}), "%s was changed, and the recipe does not name it", path)
			}
		})
	}
}

// follow makes the edits of a recipe, and returns the files that they name.
func follow(t *testing.T, tree, text string) (named []string) {
	for _, match := range editLine.FindAllStringSubmatch(text, -1) {
		created, edited, kind, anchor, block := match[1], match[2], match[3], match[4], match[5]
		path := filepath.Join(tree, created+edited)
		named = append(named, created+edited)
		if created != "" {
			require.NoFileExists(t, path)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, []byte(block), 0o644))
			continue
		}
		before := read(t, path)
		start := strings.Index(before, anchor)
		require.GreaterOrEqual(t, start, 0, "%s does not contain %q", edited, anchor)
		end := start + len(anchor)
		if kind == "after" {
			end += strings.IndexByte(before[end:], '\n') + 1
			start = end
		} else {
			block = strings.TrimSuffix(block, "\n")
		}
		require.NoError(t, os.WriteFile(path, []byte(before[:start]+block+before[end:]), 0o644))
	}
	return named
}

// copyOfTree copies the checkout, without what git ignores, to one place that is used again, so that Go's cache helps.
// Git's own index there tells afterwards what changed.
func copyOfTree(t *testing.T) string {
	tree, err := filepath.Abs("../.local/recipes")
	require.NoError(t, err)
	require.NoError(t, os.RemoveAll(tree))
	require.NoError(t, os.MkdirAll(tree, 0o755))
	run(t, "..", `git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
	[ -e "$file" ] && printf '%s\0' "$file"
done | tar --null -T - -cf - | tar -xf - -C `+tree)
	run(t, tree, "git init -q . && git add -A")
	return tree
}

func changed(t *testing.T, tree string) []string {
	output := run(t, tree, "git status --porcelain --untracked-files=all -z . | tr '\\0' '\\n'")
	var paths []string
	for line := range strings.Lines(output) {
		if fields := strings.TrimSpace(line); strings.HasPrefix(line, " M") || strings.HasPrefix(line, "??") || strings.HasPrefix(line, " D") {
			paths = append(paths, strings.TrimSpace(fields[2:]))
		}
	}
	return paths
}

func run(t *testing.T, directory, script string) string {
	t.Helper()
	command := exec.Command("bash", "-ec", script)
	command.Dir = directory
	command.Env = append(os.Environ(), localtest.Complete+"=") // the copy has no npm packages
	var output, errors bytes.Buffer
	command.Stdout, command.Stderr = &output, &errors
	require.NoError(t, command.Run(), "%s\n%s%s", script, &output, &errors)
	return output.String()
}
