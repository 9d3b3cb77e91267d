package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
)

// failing answers as DashScope, with a status and a code.
func failing(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"code":%q,"message":"account 17 of Ada","request_id":"req-1"}`, code)
	}
}

// A failure tells the client whether and when to try again. What only the operator can correct is a log line of its own, and
// only there is what the provider says of the account.
func TestFailuresSayWhoMustAct(t *testing.T) {
	cases := map[string]struct {
		status       int
		code         string
		want         string
		retryable    string
		after        string
		forOperators bool
	}{
		"policy":    {400, "IPInfringementSuspect", "UPSTREAM_POLICY_VIOLATION", "false", "", false},
		"reference": {400, "InvalidParameter.DataInspection", "UPSTREAM_INVALID_PARAMETER", "false", "", false},
		"rate":      {429, "Throttling.RateQuota", "UPSTREAM_RATE_LIMITED", "true", "60", false},
		"down":      {503, "ServiceUnavailable", "UPSTREAM_UNAVAILABLE", "true", "", false},
		"quota":     {429, "Throttling.AllocationQuota", "UPSTREAM_QUOTA_EXHAUSTED", "false", "", true},
		"bills":     {400, "Arrearage", "UPSTREAM_AUTH_ERROR", "false", "", true},
		"retired":   {404, "ModelNotFound", "UPSTREAM_AUTH_ERROR", "false", "", true},
	}
	for name, tc := range cases {
		for model, inBody := range map[string]bool{"qwen-image-3.0": true, "": false} {
			t.Run(name+" "+model, func(t *testing.T) {
				var log bytes.Buffer
				s := apitest.New(t, apitest.LogTo(&log))
				s.Env[binding.QwenImageModel] = model
				s.Start()
				s.Images.Answer = failing(tc.status, tc.code)
				ada := signUp(s, "ada")

				response := ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`)

				assert.Equal(t, http.StatusBadGateway, response.Code)
				assert.Equal(t, tc.want, failure(t, response))
				assert.Equal(t, tc.retryable, response.Header().Get("X-AdDreams-Retryable"))
				assert.Equal(t, tc.after, response.Header().Get("Retry-After"))
				assert.Equal(t, inBody, bytes.Contains(response.Body.Bytes(), []byte(`"retryable":`+tc.retryable)))
				assert.NotContains(t, response.Body.String(), "account 17")
				assert.Equal(t, tc.forOperators, bytes.Contains(log.Bytes(), []byte(`"event":"provider_needs_operator"`)))
				assert.Equal(t, tc.forOperators, bytes.Contains(log.Bytes(), []byte("account 17")))
				assert.Equal(t, [2]int64{5, 5}, ada.balance())
				assert.NotContains(t, s.SQL("SELECT error_message FROM generation")[0].Text(0), "account 17")
			})
		}
	}
}

// What only the operator can correct does not count against users.
func TestOperatorsFailuresDoNotCount(t *testing.T) {
	s := apitest.New(t)
	ada := signUp(s, "ada")
	for code, want := range map[string]int{"Arrearage": 0, "Throttling.AllocationQuota": 0, "DataInspectionFailed": 1} {
		s.Images.Answer = failing(http.StatusBadRequest, code)

		assert.Equal(t, http.StatusBadGateway, ada.do(http.MethodPost, textRoute, `{"prompt":"p"}`).Code)

		assert.Len(t, s.SQL("SELECT 1 FROM quota"), want, code)
		s.SQL("DELETE FROM quota")
	}
}
