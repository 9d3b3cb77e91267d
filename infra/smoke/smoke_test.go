package smoke

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTest(t *testing.T) {
	sound := map[string]int{"/api/health": 200, "/api/auth/get-session": 200, "/api/me": 401, "/api/history": 401}
	cases := map[string]struct {
		change map[string]int
		want   string
	}{
		"all is well":                {},
		"the Worker does not start":  {map[string]int{"/api/health": 500}, "/api/health answered 500, not 200"},
		"strangers read the history": {map[string]int{"/api/history": 200}, "/api/history answered 200, not 401"},
		"the database is not there":  {map[string]int{"/api/auth/get-session": 500, "/api/me": 500}, "/api/me answered 500, not 401"},
	}
	for situation, c := range cases {
		t.Run(situation, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				status := http.StatusNotFound
				for _, answers := range []map[string]int{sound, c.change} {
					if given, known := answers[r.URL.Path]; known {
						status = given
					}
				}
				w.WriteHeader(status)
			}))
			defer server.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()

			err := Test(ctx, server.Client(), server.URL)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}
