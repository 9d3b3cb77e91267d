package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serve starts the command on a free port, and returns the URL that it prints and a function that stops it.
func serve(t *testing.T, data string) (url string, end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	output, printed := io.Pipe()
	command := newServeCommand()
	command.SetArgs([]string{"--addr", "127.0.0.1:0", "--data", data})
	command.SetOut(printed)
	command.SetErr(t.Output())

	done := make(chan error, 1)
	go func() {
		err := command.ExecuteContext(ctx)
		printed.CloseWithError(err)
		done <- err
	}()

	lines := bufio.NewReader(output)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	go io.Copy(io.Discard, lines)
	return strings.TrimSuffix(strings.Fields(line)[2], "/api"), func() {
		cancel()
		require.NoError(t, <-done)
	}
}

func TestServe(t *testing.T) {
	t.Chdir(t.TempDir())
	data := filepath.Join(t.TempDir(), "data")

	url, end := serve(t, data)
	body := strings.NewReader(`{"name":"Ada","email":"ada@example.test","password":"12345678"}`)
	request, err := http.NewRequest(http.MethodPost, url+"/api/auth/sign-up/email", body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	cookies := response.Cookies()
	require.NoError(t, response.Body.Close())
	end()

	url, end = serve(t, data)
	defer end()
	request, err = http.NewRequest(http.MethodGet, url+"/api/me", nil)
	require.NoError(t, err)
	for _, cookie := range cookies {
		request.AddCookie(cookie)
	}
	response, err = http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	me, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, response.StatusCode, "the second start finds the data and secret of the first")
	assert.Contains(t, string(me), "ada@example.test")
}

func TestServeEnv(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile(".dev.vars", []byte("QWEN_API_KEY=\"from the file\"\nQWEN_REGION=bj\nGOOGLE_CLIENT_SECRET=GOCSPX-a$Bc_d\nOTHER=x\n"), 0o600))
	t.Setenv("QWEN_REGION", "sg")

	env, err := serveEnv(t.TempDir(), "http://127.0.0.1:1")

	require.NoError(t, err)
	assert.Equal(t, "from the file", env["QWEN_API_KEY"])
	assert.Equal(t, "sg", env["QWEN_REGION"], "the environment takes precedence")
	assert.Equal(t, "GOCSPX-a$Bc_d", env["GOOGLE_CLIENT_SECRET"], "nothing is expanded")
	assert.Equal(t, "http://127.0.0.1:1", env["BETTER_AUTH_URL"])
	assert.GreaterOrEqual(t, len(env["BETTER_AUTH_SECRET"]), 32)
	assert.NotContains(t, env, "OTHER")
}

func TestServeAddressInUse(t *testing.T) {
	t.Chdir(t.TempDir())
	url, end := serve(t, t.TempDir())
	defer end()
	command := newServeCommand()
	command.SetArgs([]string{"--addr", strings.TrimPrefix(url, "http://"), "--data", t.TempDir()})
	command.SetOut(io.Discard)
	command.SetErr(io.Discard)
	assert.ErrorContains(t, command.ExecuteContext(t.Context()), "--addr")
}

func TestServeRefusesOriginsThatNoBrowserSends(t *testing.T) {
	cases := map[string]string{
		"":                      "",
		"http://localhost:5173": "",
		"http://localhost:5173, https://app.example.com": "",
		"https://app.example.com/":                       "write BETTER_AUTH_TRUSTED_ORIGINS=https://app.example.com",
		"http://localhost:5173,https://APP.example.com":  "write BETTER_AUTH_TRUSTED_ORIGINS=http://localhost:5173,https://app.example.com",
		"https://*.example.com":                          "has a wildcard",
		"app.example.com":                                "write scheme and host",
		"http://localhost:5173;https://app.example.com":  "separate them with commas",
	}
	for origins, want := range cases {
		t.Run(origins, func(t *testing.T) {
			t.Setenv("BETTER_AUTH_TRUSTED_ORIGINS", origins)
			_, err := serveEnv(t.TempDir(), "http://127.0.0.1:1")
			if want == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, want)
		})
	}
}
