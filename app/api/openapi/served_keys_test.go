package openapi_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/api/openapi"
)

// Whatever an API key may call is described with the refusals that keys meet: in the URL, unknown, without the scope, used up, and
// after too many that are wrong. Below /api/auth they meet one.
func TestServedToKeys(t *testing.T) {
	s := apitest.New(t)
	ada := visitor{s.Browser(), newValidator(t)}
	ada.SignUp("Ada")
	create := func(body string) string {
		return ada.ask(200, "POST", "/api/auth/api-key/create", body).JSON["key"].(string)
	}
	powerless, usedUp := create(`{"permissions":{"api":[]}}`), create(`{"remaining":1}`)
	ada.ask(200, "GET", "/api/me", "", "X-Api-Key", usedUp)
	calls, ofAccounts := callsWithKeys(t)
	require.Greater(t, len(calls), 12)
	require.Greater(t, len(ofAccounts), 30)

	for _, call := range calls {
		method, path, _ := strings.Cut(call, " ")
		ada.ask(400, method, path+"?key="+usedUp, "")
		ada.ask(401, method, path, "", "X-Api-Key", "adr_unknown")
		ada.ask(403, method, path, "", "X-Api-Key", powerless)
		ada.ask(429, method, path, "", "X-Api-Key", usedUp)
	}
	for _, call := range ofAccounts {
		method, path, _ := strings.Cut(call, " ")
		ada.ask(403, method, path, "", "X-Api-Key", powerless)
	}
	wrong := []string{"X-Api-Key", strings.Repeat("x", 64), "CF-Connecting-IP", "203.0.113.7"}
	for range 20 {
		ada.ask(401, "GET", "/api/me", "", wrong...)
	}
	for _, call := range calls {
		method, path, _ := strings.Cut(call, " ")
		ada.ask(429, method, path, "", wrong...)
	}
}

// callsWithKeys are the operations that the document has for whoever is signed in or has a key, and those of /api/auth.
func callsWithKeys(t *testing.T) (calls, ofAccounts []string) {
	text, err := openapi.Document()
	require.NoError(t, err)
	var document struct {
		Paths map[string]map[string]struct{ Security *[]any }
	}
	require.NoError(t, json.Unmarshal(text, &document))

	for path, operations := range document.Paths {
		for method, operation := range operations {
			call := strings.ToUpper(method) + " " + strings.NewReplacer("{id}", "none", "{index}", "0", "{token}", "none").Replace(path)
			switch {
			case strings.HasPrefix(path, "/api/auth/"):
				ofAccounts = append(ofAccounts, call)
			case operation.Security == nil:
				calls = append(calls, call)
			}
		}
	}
	return calls, ofAccounts
}
