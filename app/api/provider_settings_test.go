package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// Wrong settings of the provider refuse orders before they cost anything. What was begun before still ends.
func TestProviderIsMisconfigured(t *testing.T) {
	cases := map[string]struct{ name, value, want string }{
		"no key":         {binding.QwenKey, " ", "QWEN_API_KEY is not configured."},
		"unknown region": {binding.QwenRegion, "mars", "QWEN_REGION must be either 'sg' or 'bj'."},
		"no timeout":     {binding.QwenTimeout, "soon", "QWEN_TIMEOUT_MS must be a positive integer."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := apitest.New(t)
			ada := signUp(s, "ada")
			s.SQL(`INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
				VALUES ('stale', ?, 'image-from-text', 'pending', '{}', unixepoch('2026-02-10 12:00'), 0)`, ada.id)
			s.Env[tc.name] = tc.value
			s.Env[binding.DailyGenerations] = "many" // the provider's fault comes first
			s.Start()

			response := ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)
			s.Later(time.Hour)
			sweep(s)

			assert.Equal(t, http.StatusInternalServerError, response.Code)
			assert.Equal(t, "BACKEND_MISCONFIGURED", failure(t, response))
			assert.Contains(t, response.Body.String(), tc.want)
			assert.Equal(t, [2]int64{6, 5}, ada.balance(), "nothing is taken, and the stale generation is refunded")
			assert.Len(t, s.SQL("SELECT 1 FROM generation"), 1)
		})
	}
}
