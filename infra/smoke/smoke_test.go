package smoke

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
)

const digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

type answer struct {
	status int
	body   string
	header map[string]string
}

// healthy is a deployment without a fault, by method and path.
var healthy = map[string]answer{
	"GET /api/health":                        {200, `{"status":"ok"}`, map[string]string{binding.BundleHeader: digest}},
	"OPTIONS /api/workflows/image-from-text": {204, "", map[string]string{"Access-Control-Allow-Headers": "Content-Type,Authorization"}},
	"GET /api/auth/ok":                       {200, `{"ok":true}`, nil},
	"GET /api/auth/get-session":              {200, "null", nil},
	"GET /api/auth/reset-password/smoke":     {302, "", map[string]string{"Location": "/?error=INVALID_TOKEN"}},
	"GET /api/me":                            {401, "", nil},
	"GET /api/history":                       {401, "", nil},
	"GET /api/no-such-route":                 {404, `{"error":"Not found"}`, nil},
}

func TestTest(t *testing.T) {
	cases := map[string]struct {
		change map[string]answer
		bundle string
		want   string
	}{
		"all is well":                {bundle: digest},
		"any bundle will do":         {},
		"the old bundle answers":     {bundle: "0000", want: `the Worker runs what was uploaded: GET /api/health answered with X-Bundle-Sha256 "` + digest + `", not "0000"`},
		"the Worker does not start":  {change: map[string]answer{"GET /api/health": {status: 500}}, want: "/api/health answered 500, not 200"},
		"another service answers":    {change: map[string]answer{"GET /api/health": {200, "<html>", nil}}, want: `answered without "status":"ok"`},
		"strangers read the history": {change: map[string]answer{"GET /api/history": {status: 200}}, want: "/api/history answered 200, not 401"},
		"the database is not there":  {change: map[string]answer{"GET /api/auth/reset-password/smoke": {status: 500}}, want: "the database is found: "},
		"every origin is trusted": {
			change: map[string]answer{"OPTIONS /api/workflows/image-from-text": {204, "", map[string]string{
				"Access-Control-Allow-Headers": "Content-Type,Authorization", "Access-Control-Allow-Origin": stranger,
			}}},
			want: `Access-Control-Allow-Origin "` + stranger + `", not ""`,
		},
	}
	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			server := deployment(t, tc.change)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()

			err := Target{Origin: server.URL, Bundle: tc.bundle, Client: server.Client()}.Test(ctx)
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, tc.want)
		})
	}
}

// deployment serves a healthy deployment, with changes.
func deployment(t *testing.T, change map[string]answer) *httptest.Server {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route := r.Method + " " + r.URL.Path
		given, changed := change[route]
		if !changed {
			given = healthy[route]
		}
		for name, value := range given.header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(given.status)
		_, _ = w.Write([]byte(given.body))
	}))

	t.Cleanup(server.Close)
	return server
}
