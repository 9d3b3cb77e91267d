package main

import (
	"maps"
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

// previewSecrets are all that a pull request may see: anyone who may push a branch can change what its workflow does, so
// that an environment without protection keeps nothing from them. None opens what dev or prod has.
var previewSecrets = []string{"CLOUDFLARE_API_TOKEN", "PREVIEW_KEY", "PULUMI_ACCESS_TOKEN", "QWEN_SANDBOX_KEY"}

// guarded are the environments that GitHub opens for main and for releases alone, prod's after an approval each time.
var guarded = map[string]string{"prod": "", "dev": "", "${{ github.event_name == 'release' && 'prod' || 'dev' }}": "", "${{ inputs.stack == 'prod' && 'prod' || 'dev' }}": ""}

// TestPullRequestsReachNoEnvironmentButTheirOwn checks what each event can reach.
func TestPullRequestsReachNoEnvironmentButTheirOwn(t *testing.T) {
	for path, workflow := range readWorkflows(t) {
		for _, event := range []string{"pull_request_target", "workflow_run", "issue_comment", "pull_request_review"} {
			assert.False(t, listens(workflow.On, event), "%s: %s runs others' code, or on others' word, with the base's secrets", path, event)
		}
		for name, job := range workflow.Jobs {
			place, environment := path+" "+name, environmentOf(job)
			if !listens(workflow.On, "pull_request") {
				if holdsSecret(job) {
					assert.Contains(t, guarded, environment, "%s holds secrets", place)
				}
				continue
			}
			assert.Contains(t, []string{"", "preview-stack"}, environment, "%s: a branch under review", place)
			for _, secret := range secretsOf(job) {
				assert.Contains(t, previewSecrets, secret, place)
			}
			assert.True(t, environment == "preview-stack" || !holdsSecret(job), "%s has secrets of the repository", place)
		}
	}
}

// triesKeys is the step that looks whether another stack can be opened.
const triesKeys = "pulumi stack ls --json > stacks.json\ngo run ./infra/cmd/ci keys \"$STACK\" --listed stacks.json\n"

// TestProdsPassphraseWaitsForProd checks that the job that can open a stack's secrets is in the stack's environment, and
// proves before anything else that its key opens no other's.
func TestProdsPassphraseWaitsForProd(t *testing.T) {
	found := 0
	for path, workflow := range readWorkflows(t) {
		for name, job := range workflow.Jobs {
			if !slices.Contains(secretsOf(job), "PULUMI_CONFIG_PASSPHRASE") {
				continue
			}
			found++
			place := path + " " + name
			assert.Equal(t, environmentOf(job), job.Env["STACK"], "%s works on the stack of its environment", place)
			engine := slices.IndexFunc(job.Steps, func(s step) bool { return strings.Contains(s.Run, "pulumi ") })
			if assert.Positive(t, engine, place) {
				assert.Equal(t, triesKeys, job.Steps[engine].Run, "%s tries its key, and its state, on the other stacks first", place)
			}
			for _, step := range job.Steps {
				for _, stack := range regexp.MustCompile(`--stack (\S+)`).FindAllStringSubmatch(step.Run, -1) {
					assert.Equal(t, `"$STACK"`, stack[1], place)
				}
			}
		}
	}

	assert.Equal(t, 3, found, "preview and deployment, and drift")
}

// TestSecretsAreNamedInJobsAlone looks at every text of a workflow: a secret is given to a job by its env, by name, and
// nowhere else; so that the tests above see all of them.
func TestSecretsAreNamedInJobsAlone(t *testing.T) {
	for path := range readWorkflows(t) {
		content, err := os.ReadFile(filepath.Join("../../../.github", path))
		require.NoError(t, err)
		var document map[string]any
		require.NoError(t, yaml.Unmarshal(content, &document))
		eachText(document, nil, func(at []string, text string) {
			if strings.Contains(text, "secrets") && strings.Contains(text, "${{") || slices.Contains(at, "secrets") {
				assert.Regexp(t, `^\$\{\{ secrets\.[A-Z_]+ \}\}$`, text, "%s %s", path, at)
				assert.True(t, len(at) == 4 && at[0] == "jobs" && at[2] == "env", "%s %s", path, at)
			}
		})
	}
}

// TestRehearsalHasNoSecret checks the job that runs the code of a fork.
func TestRehearsalHasNoSecret(t *testing.T) {
	workflow := readWorkflows(t)["workflows/preview.yml"]
	for _, name := range []string{"plan", "rehearse"} {
		job := workflow.Jobs[name]
		assert.Empty(t, environmentOf(job), name)
		assert.Empty(t, secretsOf(job), name)
		assert.Equal(t, map[string]string{"contents": "read"}, job.Permissions, name)
	}
	writes := workflow.Jobs["comment"]
	assert.Equal(t, "${{ github.event.pull_request.base.sha }}", writes.Steps[0].With["ref"], "what writes is the base branch's")
}

func environmentOf(j job) string {
	switch environment := j.Environment.(type) {
	case string:
		return environment
	case map[string]any:
		name, _ := environment["name"].(string)
		return name
	}
	return ""
}

// secretsOf are the secrets in a job's env.
func secretsOf(j job) []string {
	var names []string
	for _, value := range slices.Sorted(maps.Values(j.Env)) {
		for _, match := range regexp.MustCompile(`secrets\.(\w+)`).FindAllStringSubmatch(value, -1) {
			names = append(names, match[1])
		}
	}
	return names
}

// eachText visits every text below a value, with the keys that lead to it.
func eachText(value any, at []string, visit func(at []string, text string)) {
	switch value := value.(type) {
	case string:
		visit(at, value)
	case map[string]any:
		for key, below := range value {
			eachText(below, append(slices.Clone(at), key), visit)
		}
	case []any:
		for _, below := range value {
			eachText(below, append(slices.Clone(at), "-"), visit)
		}
	}
}
