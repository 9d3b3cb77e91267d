package github

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// repository answers GET with a list by page, and notes what is written: "PATCH /issues/3 {…}".
func repository(t *testing.T, pages ...string) (Repository, *[]string) {
	var written []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "Bearer token", r.Header.Get("Authorization"))
		if r.Method != http.MethodGet {
			var body map[string]any
			assert.NoError(t, json.NewDecoder(r.Body).Decode(&body))
			line, _ := json.Marshal(body)
			written = append(written, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/repos/owner/name")+" "+string(line))
			return
		}

		page := 0
		if r.URL.Query().Get("page") == "2" {
			page = 1
		}
		_, _ = w.Write([]byte(pages[page]))
	}))
	t.Cleanup(server.Close)
	return Repository{API: server.URL, Name: "owner/name", Token: "token"}, &written
}

func TestComment(t *testing.T) {
	full := "[" + strings.TrimSuffix(strings.Repeat(`{"id":1,"body":"talk"},`, pageSize), ",") + "]"
	const ours = `[{"id":7,"body":"<!-- addreams: preview -->\nold"}]`
	cases := map[string]struct {
		pages []string
		want  string
	}{
		"the first":                        {[]string{`[{"id":1,"body":"talk"}]`}, `POST /issues/5/comments {"body":"<!-- addreams: preview -->\nnew"}`},
		"again":                            {[]string{ours}, `PATCH /issues/comments/7 {"body":"<!-- addreams: preview -->\nnew"}`},
		"again, after a lot":               {[]string{full, ours}, `PATCH /issues/comments/7 {"body":"<!-- addreams: preview -->\nnew"}`},
		"beside a topic that begins alike": {[]string{`[{"id":8,"body":"<!-- addreams: preview of dev -->\nold"}]`}, `POST /issues/5/comments {"body":"<!-- addreams: preview -->\nnew"}`},
		"beside another topic":             {[]string{`[{"id":8,"body":"<!-- addreams: other -->"}]`}, `POST /issues/5/comments {"body":"<!-- addreams: preview -->\nnew"}`},
	}

	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			repository, written := repository(t, tc.pages...)
			require.NoError(t, repository.Comment(t.Context(), 5, "preview", "new"))
			assert.Equal(t, []string{unescaped(t, tc.want)}, *written)
		})
	}
}

func TestReport(t *testing.T) {
	const open = `[{"number":3,"title":"Stack prod has drifted"},{"number":4,"title":"Stack dev has drifted"}]`
	cases := map[string]struct {
		open, text string
		want       []string
	}{
		"something new":        {`[]`, "a table", []string{`POST /issues {"body":"a table","labels":["drift"],"title":"Stack prod has drifted"}`}},
		"something more":       {open, "a table", []string{`PATCH /issues/3 {"body":"a table"}`}},
		"it is over":           {open, "", []string{`PATCH /issues/3 {"state":"closed"}`}},
		"nothing, as before":   {`[]`, "", nil},
		"another stack's only": {`[{"number":4,"title":"Stack dev has drifted"}]`, "", nil},
	}

	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			repository, written := repository(t, tc.open)
			require.NoError(t, repository.Report(t.Context(), "drift", "Stack prod has drifted", tc.text))
			assert.Equal(t, tc.want, *written)
		})
	}
}

func TestRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"message":"Resource not accessible by integration"}`, http.StatusForbidden)
	}))
	defer server.Close()
	err := Repository{API: server.URL, Name: "owner/name"}.Comment(t.Context(), 5, "preview", "new")
	assert.ErrorContains(t, err, "403 Forbidden")
	assert.ErrorContains(t, err, "not accessible by integration")
}

// unescaped writes a line of the table as the recorder does: Go's JSON escapes angle brackets.
func unescaped(t *testing.T, line string) string {
	t.Helper()
	request, body, _ := strings.Cut(line, " {")
	var decoded map[string]any
	require.NoError(t, json.Unmarshal([]byte("{"+body), &decoded))
	encoded, err := json.Marshal(decoded)
	require.NoError(t, err)
	return request + " " + string(encoded)
}
