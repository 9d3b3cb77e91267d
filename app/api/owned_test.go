package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
)

// Whatever a user reads rolls the session on, and is logged under the user's id.
func TestOwnedReadsRollTheSession(t *testing.T) {
	for name, path := range map[string]string{
		"me":             "/api/me",
		"history":        "/api/history",
		"one of it":      "/api/history/ID",
		"its asset":      "/api/history/ID/asset",
		"an asset of it": "/api/history/ID/assets/0",
	} {
		t.Run(name, func(t *testing.T) {
			var log lines
			s := apitest.New(t, apitest.LogTo(&log))
			ada := signUp(s, "ada")
			id := ada.generate()
			s.Later(24 * time.Hour)
			before := len(log.String())

			response := ada.withTokenOnly().get(strings.Replace(path, "ID", id, 1))

			require.Equal(t, http.StatusOK, response.Code, response.Body)
			assert.Equal(t, s.Now().Unix()+7*24*60*60, s.SQL("SELECT expires_at FROM session")[0].Int(0))
			assert.Contains(t, log.String()[before:], `"user":"`+ada.id+`"`)
		})
	}
}
