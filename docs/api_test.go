package docs_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/api/apitest"
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/local/localtest"
)

// quiet makes curl fail for an answer that is an error, and end each answer with a line break. uuidgen is not on every machine.
const quiet = `set -e
curl() { command curl -sS --fail-with-body -w '\n' "$@"; }
uuidgen() { cat /proc/sys/kernel/random/uuid 2>/dev/null || command uuidgen; }
`

// photo is the head of a picture of 512 by 512 pixels.
var photo = strings.ReplaceAll(apitest.PNG, "\x00\x00\x00\x01\x00\x00\x00\x01\x08", "\x00\x00\x02\x00\x00\x00\x02\x00\x08")

// A new user signs up, makes a key, images and their ledger with the commands of api.md, all of them, as they stand there.
func TestCommandsOfAPI(t *testing.T) {
	localtest.Programs(t, "bash", "curl")
	text, err := os.ReadFile("api.md")
	require.NoError(t, err)
	var script strings.Builder
	blocks := regexp.MustCompile("(?s)\n```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	require.GreaterOrEqual(t, len(blocks), 6)
	for _, block := range blocks {
		script.WriteString(block[1])
	}

	s := apitest.New(t)
	s.Images.Image = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, photo) }
	routes := http.NewServeMux()
	routes.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.App.ServeHTTP(w, r) })
	routes.HandleFunc("POST /pay/cs_test_0", func(http.ResponseWriter, *http.Request) { s.Delivered(s.Stripe.Paid("evt_1", 0)) })
	server := httptest.NewServer(routes)
	defer server.Close()
	s.Stripe.Pages = server.URL + "/pay/"
	s.Env[binding.AuthURL], s.Env[binding.SignUpCredits] = server.URL, "100"
	s.Env[binding.QwenVideoModel] = "wan2.6-i2v"
	s.Start()
	const address = "API=http://localhost:8787\n"
	require.Contains(t, script.String(), address)

	command := exec.Command("bash", "-c", quiet+strings.Replace(script.String(), address, "API="+server.URL+"\n", 1))
	command.Dir = t.TempDir()
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)

	said := string(output)
	orders := int64(strings.Count(script.String(), "/api/workflows/image-from-"))
	assert.Equal(t, orders, s.Count("SELECT count(*) FROM generation WHERE status = 'succeeded'"), "each has a key of its own, or none")
	videos := int64(strings.Count(script.String(), "/api/workflows/video-from-reference"))
	assert.Equal(t, videos, s.Count("SELECT count(*) FROM generation WHERE workflow = 'video-from-reference'"))
	assert.Equal(t, orders+videos, s.Count("SELECT count(*) FROM credit_ledger WHERE reason = 'generation_debit'"))
	assert.Equal(t, int64(1), s.Count("SELECT count(*) FROM apikey WHERE name = 'ci' AND last_request IS NOT NULL"))
	assert.Equal(t, 3, strings.Count(said, `"entries":[{`), "the ledger with cookies, with the key, and of what was bought")
	assert.Contains(t, said, `"accountType":"paid"`)
	image, err := os.ReadFile(filepath.Join(command.Dir, "shoe.png"))
	require.NoError(t, err)
	assert.Equal(t, photo, string(image))
}
