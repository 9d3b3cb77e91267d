package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// workflow is a file of .github/workflows, or an action of the repository, as far as it is checked here. Whether it is
// valid is actionlint's to say.
type workflow struct {
	On          any
	Permissions *map[string]string
	Jobs        map[string]job
	Runs        job // an action's
}

type job struct {
	If          string
	Environment any
	Permissions map[string]string
	Timeout     int `yaml:"timeout-minutes"`
	Uses        string
	Env         map[string]string
	Steps       []step
}

type step struct {
	Uses, Run string
	With      map[string]string
}

func readWorkflows(t *testing.T) map[string]workflow {
	t.Helper()
	var paths []string
	for _, pattern := range []string{"../../../.github/workflows/*.yml", "../../../.github/actions/*/action.yml"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, found)
		paths = append(paths, found...)
	}
	workflows := map[string]workflow{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		var parsed workflow
		require.NoError(t, yaml.Unmarshal(content, &parsed), path)
		if parsed.Jobs == nil {
			parsed.Jobs = map[string]job{"": parsed.Runs}
		}
		workflows[strings.TrimPrefix(path, "../../../.github/")] = parsed
	}

	return workflows
}

// TestWorkflowsPinActions checks that what others wrote is named by the digest of one commit, or is our own.
func TestWorkflowsPinActions(t *testing.T) {
	digest := regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40}$`)
	version := regexp.MustCompile(`uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+\n`)

	for path, workflow := range readWorkflows(t) {
		pinned := 0
		for _, job := range workflow.Jobs {
			for _, step := range job.Steps {
				if step.Uses == "" || strings.HasPrefix(step.Uses, "./") {
					continue
				}
				pinned++
				assert.Regexp(t, digest, step.Uses, path)
			}
		}
		content, err := os.ReadFile("../../../.github/" + path)
		require.NoError(t, err)
		assert.Len(t, version.FindAllString(string(content), -1), pinned, "%s: a comment has the version of each", path)
	}
}

// TestWorkflowsRunTheSameEngine checks that a deployment runs the version of Pulumi that the tests run.
func TestWorkflowsRunTheSameEngine(t *testing.T) {
	tools, err := os.ReadFile("../../../tools/go.mod")
	require.NoError(t, err)
	tested := regexp.MustCompile(`github.com/pulumi/pulumi/pkg/v3 v(\S+)`).FindStringSubmatch(string(tools))
	require.NotNil(t, tested)
	installed := ""
	for _, step := range readWorkflows(t)["actions/prepare/action.yml"].Runs.Steps {
		installed += step.With["pulumi-version"]
	}
	assert.Equal(t, tested[1], installed)
}

// TestWorkflowsHoldLittle checks that a job has only what it needs: permissions of its own, an end, and no secret where
// third-party code runs.
func TestWorkflowsHoldLittle(t *testing.T) {
	writers := map[string]string{"preview.yml comment": "pull-requests", "drift.yml compare": "issues"}
	for path, workflow := range readWorkflows(t) {
		if strings.HasPrefix(path, "actions/") {
			continue
		}
		assert.NotNil(t, workflow.On, path)
		assert.NotNil(t, workflow.Permissions, "%s states its permissions", path)
		for name, job := range workflow.Jobs {
			place := filepath.Base(path) + " " + name
			for scope, access := range job.Permissions {
				assert.True(t, access == "read" || scope == writers[place], "%s may %s %s", place, access, scope)
			}
			if job.Uses == "" {
				assert.Positive(t, job.Timeout, "%s ends", place)
			}
			if !holdsSecret(job) {
				continue
			}
			assert.NotNil(t, job.Environment, "%s takes its secrets from an environment", place)
			assert.Contains(t, job.If, "vars.DEPLOY == 'true'", place)
			if listens(workflow.On, "pull_request") {
				assert.Contains(t, job.If, "github.event.pull_request.head.repo.full_name == github.repository", "%s: no fork's code", place)
			}
		}
	}
}

// TestDeployWaitsForItsPreview checks that only a push, which has no preview, deploys without one that succeeded: a
// cancelled or skipped preview does not show what a release changes.
func TestDeployWaitsForItsPreview(t *testing.T) {
	deploy := readWorkflows(t)["workflows/deploy.yml"].Jobs["deploy"]
	assert.Contains(t, deploy.If, "&& needs.test.result == 'success' && (needs.preview.result == 'success' || github.event_name == 'push')")
	assert.NotContains(t, deploy.If, "!=")
}

// listens reports whether a workflow starts on an event: `on` is a name, a list or a map.
func listens(on any, event string) bool {
	switch on := on.(type) {
	case string:
		return on == event
	case []any:
		return slices.Contains(on, any(event))
	case map[string]any:
		_, named := on[event]
		return named
	}
	return false
}

func holdsSecret(j job) bool {
	for _, value := range j.Env {
		if strings.Contains(value, "secrets.") {
			return true
		}
	}
	return false
}

// TestWorkflowsCallPrograms checks that scripts are short, take what GitHub tells them from the environment alone, and
// call this program as it is.
func TestWorkflowsCallPrograms(t *testing.T) {
	called := map[string]bool{}
	for path, workflow := range readWorkflows(t) {
		for _, job := range workflow.Jobs {
			for _, step := range job.Steps {
				lines := strings.Split(strings.TrimSpace(step.Run), "\n")
				assert.LessOrEqual(t, len(lines), 5, "%s: a longer script belongs into a program", path)
				assert.NotContains(t, step.Run, "${{", "%s: an expression in a script is an injection", path)
				for _, line := range lines {
					if name, flags := call(line); name != "" {
						called[name] = true
						assertCommand(t, path, name, flags)
					}
				}
			}
		}
	}

	for _, offered := range command().Commands() {
		assert.True(t, called[offered.Name()], "no workflow calls ci %s", offered.Name())
	}
}

var flag = regexp.MustCompile(`--([a-z-]+)`)

// call finds the subcommand and the flags of a line that runs this program.
func call(line string) (name string, flags []string) {
	_, after, found := strings.Cut(line, "go run ./infra/cmd/ci ")
	if !found {
		return "", nil
	}
	name, rest, _ := strings.Cut(after, " ")
	rest, _, _ = strings.Cut(rest, "$(")
	for _, match := range flag.FindAllStringSubmatch(rest, -1) {
		flags = append(flags, match[1])
	}
	return strings.TrimSuffix(name, ")"), flags
}

func assertCommand(t *testing.T, path, name string, flags []string) {
	t.Helper()
	found, _, err := command().Find([]string{name})
	if !assert.NoError(t, err, path) {
		return
	}
	for _, flag := range flags {
		assert.NotNil(t, found.Flags().Lookup(flag), "%s: ci %s has no --%s", path, name, flag)
	}
}

// TestDocsNamePrograms checks that the commands in operations.md exist.
func TestDocsNamePrograms(t *testing.T) {
	page, err := os.ReadFile("../../../docs/operations.md")
	require.NoError(t, err)
	named := regexp.MustCompile("(?:`|go run ./infra/cmd/)ci ([a-z]+)([^`\n#]*)").FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, named)
	for _, match := range named {
		var flags []string
		for _, found := range flag.FindAllStringSubmatch(match[2], -1) {
			flags = append(flags, found[1])
		}
		assertCommand(t, "docs/operations.md", match[1], flags)
	}
}
