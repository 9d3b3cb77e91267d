package main

import (
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	scriptType = "workersScript:WorkersScript"
	content    = "// Grüße\r\nexport default { fetch: (request, env) => new Response([env.GREETING, env.KEY].join()) };\n"
)

// scriptInputs are a program's, with a secret content and a secret binding; more overrides them.
func scriptInputs(c *cloud, more map[string]any) resource.PropertyMap {
	inputs := properties(map[string]any{
		"accountId": c.Account, "name": "api", "module": true, "compatibilityDate": "2026-02-10", "compatibilityFlags": []any{"nodejs_compat"},
		"plainTextBindings": []any{map[string]any{"name": "GREETING", "text": "hello"}},
	})
	inputs["content"] = resource.MakeSecret(resource.NewStringProperty(content))
	inputs["secretTextBindings"] = resource.MakeSecret(resource.NewArrayProperty([]resource.PropertyValue{
		resource.NewObjectProperty(properties(map[string]any{"name": "KEY", "text": "hush"})),
	}))
	for key, value := range properties(more) {
		inputs[key] = value
	}
	return inputs
}

func (c *cloud) worker() string {
	c.t.Helper()
	response, err := http.Get(c.Worker)
	require.NoError(c.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	return string(text)
}

func TestScript(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	inputs := scriptInputs(c, nil)
	const path = "/workers/scripts/api"

	id, state := e.mustCreate(scriptType, inputs)
	assert.Equal(t, "api", id)
	assert.Equal(t, "hello,hush", c.worker())
	assert.Equal(t, []string{"GET " + path, "PUT " + path}, c.sent())
	assert.True(t, state["content"].IsSecret())
	assert.True(t, state["secretTextBindings"].IsSecret())

	_, refreshed, err := e.read(scriptType, id, state)
	require.NoError(t, err)
	assert.Equal(t, []string{"GET " + path, "GET " + path + "/bindings"}, c.sent())
	assert.Equal(t, state, refreshed, "a refresh without drift changes nothing, and secrets stay secret")
	assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(scriptType, id, refreshed, inputs).Changes)

	changed := scriptInputs(c, map[string]any{"plainTextBindings": []any{map[string]any{"name": "GREETING", "text": "good day"}}})
	diff := e.diff(scriptType, id, state, changed)
	assert.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, diff.Changes)
	assert.Equal(t, []string{"plainTextBindings"}, diff.Diffs)
	assert.Empty(t, diff.Replaces)
	state, err = e.update(scriptType, id, state, changed)
	require.NoError(t, err)
	assert.Equal(t, "good day,hush", c.worker())
	assert.Equal(t, []string{"PUT " + path}, c.sent())

	_, _, err = e.create(scriptType, inputs)
	assert.ErrorContains(t, err, "script already exists")
	require.NoError(t, e.delete(scriptType, id, state))
	require.NoError(t, e.delete(scriptType, id, state), "a script that is gone is deleted")
	gone, _, err := e.read(scriptType, id, state)
	require.NoError(t, err)
	assert.Empty(t, gone)
}

func TestScriptImport(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	id, _ := e.mustCreate(scriptType, scriptInputs(c, nil))

	imported, found, err := e.read(scriptType, c.Account+"/api", nil)
	require.NoError(t, err)
	assert.Equal(t, id, imported)
	diff := e.diff(scriptType, id, found, scriptInputs(c, nil))
	assert.Empty(t, diff.Replaces)
	slices.Sort(diff.Diffs)
	unread := []string{"compatibilityDate", "compatibilityFlags", "module", "secretTextBindings"}
	assert.Equal(t, unread, diff.Diffs, "what a read does not tell is set by the first update")
}

func TestScriptDrift(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	inputs := scriptInputs(c, nil)
	id, state := e.mustCreate(scriptType, inputs)
	_, err := e.update(scriptType, id, state, scriptInputs(c, map[string]any{"content": "export default { fetch: () => new Response('x') };"}))
	require.NoError(t, err)

	_, drifted, err := e.read(scriptType, id, state)
	require.NoError(t, err)
	assert.Equal(t, []string{"content"}, e.diff(scriptType, id, drifted, inputs).Diffs)
}

func TestScriptRefused(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	id, state := e.mustCreate(scriptType, scriptInputs(c, nil))

	for name, tc := range map[string]struct {
		change map[string]any
		want   string
	}{
		"throws at start": {map[string]any{"content": "throw new Error('boom')"}, "10021"},
		"empty text":      {map[string]any{"plainTextBindings": []any{map[string]any{"name": "A", "text": ""}}}, "A of script api is empty"},
		"given twice": {map[string]any{
			"plainTextBindings":  []any{map[string]any{"name": "A", "text": "1"}},
			"secretTextBindings": []any{map[string]any{"name": "A", "text": "2"}},
		}, "A is given twice"},
		"no such flag":   {map[string]any{"compatibilityFlags": []any{"no_such_flag"}}, "10021"},
		"a date to come": {map[string]any{"compatibilityDate": "2999-01-01"}, "in the future"},
		"no database":    {map[string]any{"d1DatabaseBindings": []any{map[string]any{"name": "DB", "databaseId": "x"}}}, "10181"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := e.update(scriptType, id, state, scriptInputs(c, tc.change))
			assert.ErrorContains(t, err, tc.want)
			assert.Equal(t, "hello,hush", c.worker(), "the old Worker serves on")
		})
	}
}

func TestScriptDiffIgnoresOrder(t *testing.T) {
	c := startCloud(t)
	e := startPlugin(t, c)
	a, b := map[string]any{"name": "A", "text": "1"}, map[string]any{"name": "B", "text": "2"}
	id, state := e.mustCreate(scriptType, scriptInputs(c, map[string]any{"plainTextBindings": []any{a, b}}))
	swapped := scriptInputs(c, map[string]any{"plainTextBindings": []any{b, a}})
	assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(scriptType, id, state, swapped).Changes)
}
