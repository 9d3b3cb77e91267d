package openapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// step is a request of a scenario of the contract, and record the answer to it.
type step struct {
	Method, Path string
	Body         any
}

type record struct {
	Name    string
	Defect  any // set if the API answers otherwise
	Status  int
	Headers map[string]any
	Body    any
}

// Every recorded answer is one that the document describes, by route and status, and so is every body of JSON that was accepted.
// An answer of a path without a description is one that the router gives to unknown paths.
func TestGoldenAnswers(t *testing.T) {
	validator := newValidator(t)
	described := 0
	for _, file := range []string{"golden.json", "golden-better-auth.json"} {
		for scenario, records := range readJSON[map[string][]record](t, file) {
			steps := readJSON[struct{ Steps []step }](t, filepath.Join("scenarios", scenario+".json")).Steps
			require.Len(t, records, len(steps), scenario)
			for i, recorded := range records {
				if recorded.Status == 0 || recorded.Defect != nil {
					continue
				}
				request, response := exchange(t, steps[i], recorded)
				found, problems := validator.check(request, response)
				if !found {
					assert.Contains(t, unknown, recorded.Status, "%s, %s: %s %s", scenario, recorded.Name, request.Method, request.URL)
					continue
				}
				described++
				assert.Empty(t, problems, "%s, %s: %s %s, %d", scenario, recorded.Name, request.Method, request.URL, recorded.Status)
				if request.Body != nil && recorded.Status == http.StatusOK {
					assert.Empty(t, validator.checkBody(request), "%s, %s: the body that was accepted", scenario, recorded.Name)
				}
			}
		}
	}

	assert.Greater(t, described, 1700, "the contract has more answers of routes")
}

// unknown are the statuses of paths that the router does not have: of preflights, and of the workflows for nobody.
var unknown = []int{http.StatusNotFound, http.StatusNoContent, http.StatusUnauthorized}

func readJSON[T any](t *testing.T, path string) (value T) {
	text, err := os.ReadFile(filepath.Join("../../../contract", path))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &value))
	return value
}

var captured = regexp.MustCompile(`\{\{[^}]*\}\}`)

// exchange makes a request and its answer of what was recorded.
func exchange(t *testing.T, s step, r record) (*http.Request, *http.Response) {
	method := s.Method
	if method == "" {
		method = http.MethodGet
	}
	var body io.Reader
	if s.Body != nil {
		text, err := json.Marshal(s.Body)
		require.NoError(t, err)
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, "http://localhost:8787"+captured.ReplaceAllString(s.Path, "captured"), body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")

	header := http.Header{}
	for name, value := range r.Headers {
		header.Set(name, fmt.Sprint(filled(value)))
	}
	return request, answer(r.Status, header, bodyOf(t, r))
}

// bodyOf returns the bytes of a recorded body: JSON with values for its placeholders, or a text.
func bodyOf(t *testing.T, r record) []byte {
	if text, ok := r.Body.(string); ok && (text == "" || !strings.Contains(fmt.Sprint(r.Headers["content-type"]), "json")) {
		return []byte(text)
	}
	text, err := json.Marshal(filled(r.Body))
	require.NoError(t, err)
	return text
}

// filled replaces placeholders (contract/normalize.mjs) by values of their kind.
func filled(value any) any {
	switch value := value.(type) {
	case string:
		if strings.HasPrefix(value, "<iso") {
			return "2026-02-10T12:00:00.000Z"
		}
		if value == "<5..10>" {
			return "7"
		}
	case []any:
		for i, item := range value {
			value[i] = filled(item)
		}
	case map[string]any:
		if value["<json>"] != nil || value["to"] != nil {
			return "a text that was parsed for the record"
		}
		for name, item := range value {
			value[name] = filled(item)
		}
	}
	return value
}
