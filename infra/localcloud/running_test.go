package localcloud_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/localcloud"
)

func TestFailProvider(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.String())
		assert.Equal(t, "Bearer token", r.Header.Get("Authorization"))
		if r.URL.Query().Get("fail") == "Nonsense" {
			http.Error(w, "fail must be one of", http.StatusBadRequest)
			return
		}
		_, _ = w.Write([]byte(`{"result":{"next":{"kind":"Arrearage","times":2,"inTask":false},"kinds":["Arrearage","silent"]}}`))
	}))
	defer server.Close()
	running := localcloud.Running{API: server.URL + "/client/v4", Token: "token"}

	told, err := running.FailProvider(t.Context(), "Arrearage", 2)
	require.NoError(t, err)
	assert.Equal(t, "Arrearage", told.Next.Kind)
	assert.Equal(t, 2, told.Next.Times)
	_, err = running.FailProvider(t.Context(), "", 1)
	require.NoError(t, err)
	require.NoError(t, running.RepairProvider(t.Context()))
	_, err = running.FailProvider(t.Context(), "Nonsense", 1)
	require.ErrorContains(t, err, "fail must be one of")

	assert.Equal(t, []string{"POST /__provider?fail=Arrearage&times=2", "GET /__provider", "DELETE /__provider", "POST /__provider?fail=Nonsense&times=1"}, asked)
}
