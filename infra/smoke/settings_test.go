package smoke

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// told is an account that answers, by the end of the path.
type told map[string]string

func (a told) Get(_ context.Context, path string, result any) error {
	for end, text := range a {
		if strings.HasSuffix(path, "/workers/scripts/api"+end) {
			return json.Unmarshal([]byte(text), result)
		}
	}
	return errors.New("403 Forbidden")
}

func TestSettings(t *testing.T) {
	const kept, lost, on, off = `{"observability":{"enabled":true}}`, `{"observability":null}`, `{"enabled":true}`, `{"enabled":false}`
	cases := map[string]struct {
		account       told
		dev, observed bool
		want          []string
	}{
		"as deployed":             {told{"/script-settings": kept, "/subdomain": on}, true, true, nil},
		"both are off on purpose": {told{"/script-settings": lost, "/subdomain": off}, false, false, nil},
		"the logs are not kept":   {told{"/script-settings": lost, "/subdomain": on}, true, true, []string{"observability of api is false, not true"}},
		"workers.dev serves prod": {told{"/script-settings": kept, "/subdomain": on}, false, true, []string{"workersDev of api is true, not false"}},
		"neither was set": {
			told{"/script-settings": lost, "/subdomain": off}, true, true,
			[]string{"observability of api is false", "workersDev of api is false"},
		},
		"the token may not read": {told{}, true, true, []string{"403 Forbidden"}},
	}

	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			err := Settings{Worker: "api", WorkersDev: tc.dev, Observability: tc.observed}.Test(t.Context(), tc.account)
			if tc.want == nil {
				require.NoError(t, err)
			}
			for _, want := range tc.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}
