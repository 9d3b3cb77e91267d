package api_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/openapi"
)

// README's table lists the routes that the router has, and no others. Those of /api/auth are better-auth's.
func TestReadmeListsEveryRoute(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n## What is served\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	var listed []string
	for _, match := range regexp.MustCompile("`((?:GET|POST|PUT|PATCH|DELETE) /[^`]*)`").FindAllStringSubmatch(section, -1) {
		listed = append(listed, match[1])
	}

	var served []string
	for _, route := range servedRoutes(t) {
		if !strings.Contains(route, " /auth/") {
			served = append(served, route)
		}
	}

	assert.ElementsMatch(t, served, listed, "README.md, What is served: one row per route")
}

// The attack on the CPU sends its worst to every path.
func TestEveryRouteIsTimed(t *testing.T) {
	attack, err := os.ReadFile("../cmd/worker/attack/cpu.test.mjs")
	require.NoError(t, err)

	for _, route := range everyRoute(t) {
		if strings.HasSuffix(route[1], ":other") {
			continue
		}
		path := regexp.MustCompile(`:\w+`).ReplaceAllString(regexp.QuoteMeta(route[1]), `[^/]+`)
		assert.Regexp(t, path+`[^\w/-]`, string(attack), "app/cmd/worker/attack/cpu.test.mjs")
	}
}

// The document describes the routes that the router has, and no others.
func TestDocumentDescribesEveryRoute(t *testing.T) {
	text, err := openapi.Document()
	require.NoError(t, err)
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(text, &document))
	parameter := regexp.MustCompile(`\{(\w+)\}`)
	var described []string
	for path, operations := range document.Paths {
		path, below := strings.CutPrefix(parameter.ReplaceAllString(path, ":$1"), "/api")
		require.True(t, below, path)
		for method := range operations {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}

	assert.ElementsMatch(t, servedRoutes(t), described, "app/api/openapi: one operation per route")
}

// servedRoutes lists the routes of the router as "GET /path", below /api.
func servedRoutes(t *testing.T) []string {
	var served []string
	for _, route := range everyRoute(t) {
		path, below := strings.CutPrefix(route[1], "/api")
		if below && path != "/workflows/:other" {
			served = append(served, route[0]+" "+path)
		}
	}
	return served
}
