package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/local/localtest"
)

// Where the program is dead, its host answers in its place. Clients see no difference: the body is the program's to the letter,
// except for the request's ID, and the headers are those of an error that no cache may keep.
func TestHostAnswersInTheSameForm(t *testing.T) {
	localtest.Require(t)
	const script = `
		import { failure } from "../platform/workers/host/response.mjs";
		const response = failure(new Request("https://api.example.com/"), []);
		const { status, headers } = response;
		console.log(JSON.stringify({ status, headers: Object.fromEntries(headers), body: await response.text() }));`
	output, err := exec.Command("node", "--input-type=module", "--eval", script).Output()
	require.NoError(t, err)
	var host struct {
		Status  int
		Headers map[string]string
		Body    string
	}
	require.NoError(t, json.Unmarshal(output, &host))

	program := httptest.NewRecorder()
	api.New(bare(t)).Panicked(program)
	guarded := apitest.New(t).Browser().Get("/api/me")

	id := regexp.MustCompile(`"requestId":"[0-9a-f-]{36}"`)
	assert.Equal(t, program.Code, host.Status)
	assert.Equal(t, id.ReplaceAllString(program.Body.String(), "ID"), id.ReplaceAllString(host.Body, "ID"))
	assert.Equal(t, program.Header().Get("Content-Type"), host.Headers["content-type"])
	assert.Equal(t, "no-store", host.Headers["cache-control"])
	for _, name := range []string{"X-Content-Type-Options", "Cross-Origin-Resource-Policy"} {
		require.NotEmpty(t, guarded.Header().Get(name))
		assert.Equal(t, guarded.Header().Get(name), host.Headers[strings.ToLower(name)], name)
	}
}
