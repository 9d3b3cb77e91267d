package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// project is the folder of the whole project.
const project = "../../.."

// folders are those that hold a file of the name, as dependabot names them: "/" is the project's.
func folders(t *testing.T, name string) []string {
	t.Helper()
	var found []string
	require.NoError(t, filepath.WalkDir(project, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".local" || entry.Name() == ".git") {
			return fs.SkipDir
		}
		if entry.Name() == name {
			relative, err := filepath.Rel(project, filepath.Dir(path))
			require.NoError(t, err)
			found = append(found, filepath.Join("/", relative))
		}
		return nil
	}))

	require.NotEmpty(t, found, name)
	return found
}

// TestUpdatesAreProposedForAll keeps dependabot to what there is.
func TestUpdatesAreProposedForAll(t *testing.T) {
	content, err := os.ReadFile(filepath.Join(project, ".github/dependabot.yml"))
	require.NoError(t, err)
	var watched struct {
		Updates []struct {
			Ecosystem   string `yaml:"package-ecosystem"`
			Directories []string
		}
	}
	require.NoError(t, yaml.Unmarshal(content, &watched))
	of := map[string][]string{}
	for _, update := range watched.Updates {
		of[update.Ecosystem] = append(of[update.Ecosystem], update.Directories...)
	}

	assert.ElementsMatch(t, folders(t, "go.mod"), of["gomod"])
	assert.ElementsMatch(t, folders(t, "package-lock.json"), of["npm"])
	assert.ElementsMatch(t, append(folders(t, "action.yml"), "/"), of["github-actions"])
}

// TestPackagesRunNothingWhenInstalled checks each npm project: no install script, and versions that are named exactly.
func TestPackagesRunNothingWhenInstalled(t *testing.T) {
	exact := regexp.MustCompile(`^(npm:[@\w/.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$`)
	for _, folder := range folders(t, "package.json") {
		settings, err := os.ReadFile(filepath.Join(project, folder, ".npmrc"))
		require.NoError(t, err)
		assert.Regexp(t, `(?m)^ignore-scripts=true$`, string(settings), folder)

		content, err := os.ReadFile(filepath.Join(project, folder, "package.json"))
		require.NoError(t, err)
		var manifest struct{ Dependencies, DevDependencies, Scripts map[string]string }
		require.NoError(t, json.Unmarshal(content, &manifest))
		for _, wanted := range []map[string]string{manifest.Dependencies, manifest.DevDependencies} {
			for name, version := range wanted {
				assert.Regexp(t, exact, version, "%s: %s", folder, name)
			}
		}
		for _, hook := range []string{"preinstall", "install", "postinstall", "prepare"} {
			assert.NotContains(t, manifest.Scripts, hook, "%s: it would not run", folder)
		}
	}

	makefile, err := os.ReadFile(filepath.Join(project, "Makefile"))
	require.NoError(t, err)
	installs := regexp.MustCompile(`npm (ci|install|i)\b.*`).FindAllString(string(makefile), -1)
	require.NotEmpty(t, installs)
	for _, command := range installs {
		assert.Contains(t, command, "npm ci --ignore-scripts")
	}
}
