package e2e

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/config"
)

// zone is a zone of the account; the local Cloudflare accepts any.
const zone = "fedcba9876543210fedcba9876543210"

// databases returns the names of the databases in the account.
func (w *world) databases() []string {
	w.t.Helper()
	var found []struct{ Name string }
	require.NoError(w.t, w.cloud.Account().Get(w.t.Context(), "/d1/database", &found))
	names := []string{}
	for _, database := range found {
		names = append(names, database.Name)
	}
	return names
}

// domains returns the hostnames attached to Workers.
func (w *world) domains() []string {
	w.t.Helper()
	var found []struct{ Hostname string }
	require.NoError(w.t, w.cloud.Account().Get(w.t.Context(), "/workers/domains", &found))
	names := []string{}
	for _, domain := range found {
		names = append(names, domain.Hostname)
	}
	return names
}

// workersDev reports whether stack dev's Worker answers under workers.dev.
func (w *world) workersDev() bool {
	w.t.Helper()
	var subdomain struct{ Enabled bool }
	require.NoError(w.t, w.cloud.Account().Get(w.t.Context(), "/workers/scripts/addreams-api-dev/subdomain", &subdomain))
	return subdomain.Enabled
}

// lifecycle returns the rules of stack dev's bucket, and after how many seconds each deletes objects; 0 for never.
func (w *world) lifecycle() map[string]int {
	w.t.Helper()
	var found struct {
		Rules []struct {
			ID                      string
			DeleteObjectsTransition struct{ Condition struct{ MaxAge int } }
		}
	}
	require.NoError(w.t, w.cloud.Account().Get(w.t.Context(), "/r2/buckets/addreams-generations-dev/lifecycle", &found))

	ages := map[string]int{}
	for _, rule := range found.Rules {
		ages[rule.ID] = rule.DeleteObjectsTransition.Condition.MaxAge
	}
	return ages
}

func (w *world) putObject(bucket, key, content string) {
	w.t.Helper()
	w.send(http.MethodPut, "/r2/buckets/"+bucket+"/objects/"+key, "image/png", strings.NewReader(content))
}

func (w *world) object(bucket, key string) string {
	w.t.Helper()
	return w.send(http.MethodGet, "/r2/buckets/"+bucket+"/objects/"+key, "", nil)
}

// uploadScript uploads a Worker without bindings, bypassing the engine.
func (w *world) uploadScript(name, module string) {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(w.t, form.WriteField("metadata", `{"main_module":"worker.mjs","compatibility_date":"`+config.CompatibilityDate+`"}`))

	part, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="worker.mjs"; filename="worker.mjs"`},
		"Content-Type":        {"application/javascript+module"},
	})
	require.NoError(w.t, err)
	_, err = part.Write([]byte(module))
	require.NoError(w.t, err)
	require.NoError(w.t, form.Close())

	w.send(http.MethodPut, "/workers/scripts/"+name, form.FormDataContentType(), &body)
}

// send sends a body that is not JSON to the account's API, and returns the body of the answer.
func (w *world) send(method, path, contentType string, body io.Reader) string {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.cloud.API+"/accounts/"+w.cloud.ID+path, body)
	require.NoError(w.t, err)
	request.Header.Set("Authorization", "Bearer "+w.cloud.Token)
	request.Header.Set("Content-Type", contentType)
	response, err := http.DefaultClient.Do(request)
	require.NoError(w.t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(w.t, err)
	require.Equal(w.t, http.StatusOK, response.StatusCode, "%s", content)
	return string(content)
}
