// Package docs_test checks every page of the project: links lead somewhere, and the commands and settings that a page names
// exist.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// elsewhere are directories whose pages are not the project's.
var elsewhere = []string{".git", ".local", "dist", "node_modules"}

// pages returns all of the project's pages, by path from here.
func pages(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains(elsewhere, entry.Name()):
			return fs.SkipDir
		case filepath.Ext(path) == ".md":
			texts[path] = read(t, path)
		}
		return nil
	})

	require.NoError(t, err)
	return texts
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

var (
	link    = regexp.MustCompile(`\]\(([^)#:]*)(#[^)]*)?\)`) // not to the web
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
	setting = regexp.MustCompile(`addreams:(\w+)`)
	program = regexp.MustCompile(`go (?:run|test) \./([\w/]+)`)
	target  = regexp.MustCompile(`make ([a-z]+(?:-[a-z]+)*)`)
	script  = regexp.MustCompile(`node ([\w./-]+\.mjs)`)
	npm     = regexp.MustCompile(`npm (?:run )?(test|start)`)
)

func TestLinks(t *testing.T) {
	for path, text := range pages(t) {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			aim := path
			if match[1] != "" {
				aim = filepath.Join(filepath.Dir(path), match[1])
			}
			info, err := os.Stat(aim)
			if assert.NoError(t, err, path) && match[2] != "" && !info.IsDir() {
				assert.Contains(t, anchors(read(t, aim)), match[2], path)
			}
		}
	}
}

// anchors returns the anchors that GitHub gives to a page's headings.
func anchors(text string) []string {
	var anchors []string
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		words := regexp.MustCompile(`[^\w\s-]`).ReplaceAllString(strings.ToLower(match[1]), "")
		anchors = append(anchors, "#"+strings.ReplaceAll(words, " ", "-"))
	}
	return anchors
}

func TestCommands(t *testing.T) {
	project, makefile := read(t, "../Pulumi.yaml"), read(t, "../Makefile")
	for path, text := range pages(t) {
		for _, match := range setting.FindAllStringSubmatch(text, -1) {
			assert.Contains(t, project, "\n  "+match[1]+":\n", "%s names a setting", path)
		}
		for _, match := range program.FindAllStringSubmatch(text, -1) {
			assert.DirExists(t, filepath.Join("..", match[1]), path)
		}
		for _, match := range target.FindAllStringSubmatch(code(text), -1) {
			assert.Contains(t, makefile, "\n"+match[1]+":", "%s names a target of make", path)
		}
		for _, match := range script.FindAllStringSubmatch(code(text), -1) {
			assert.FileExists(t, filepath.Join(filepath.Dir(path), match[1]), path)
		}
		for _, match := range npm.FindAllStringSubmatch(code(text), -1) {
			assert.Contains(t, read(t, filepath.Join(filepath.Dir(path), "package.json")), `"`+match[1]+`":`, path)
		}
	}
}

// code returns what a page shows as code: indented or between backticks.
func code(text string) string {
	shown := regexp.MustCompile("(?m)^    .*$|`[^`\n]+`").FindAllString(text, -1)
	return strings.Join(shown, "\n")
}

// api.md says of every code of an error what to do about it.
func TestErrorCodes(t *testing.T) {
	_, table, found := strings.Cut(read(t, "api.md"), "\n## Errors\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")

	for _, match := range regexp.MustCompile(`Code = "(\w+)"`).FindAllStringSubmatch(read(t, "../app/fault/codes.go"), -1) {
		assert.Contains(t, table, "`"+match[1]+"`", "docs/api.md, Errors: add a row for the code")
	}
}
