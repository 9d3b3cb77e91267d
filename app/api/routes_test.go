package api_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	for _, route := range everyRoute(t) {
		path, below := strings.CutPrefix(route[1], "/api")
		if below && !strings.HasPrefix(path, "/auth/") && path != "/workflows/:other" {
			served = append(served, route[0]+" "+path)
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
