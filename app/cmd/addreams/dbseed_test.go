package main

import (
	"encoding/json"
	"image/png"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// signIn returns a browser that is signed in.
func signIn(t *testing.T, api, email, password string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar}
	answer, err := browser.Post(api+"/auth/sign-in/email", "application/json", strings.NewReader(`{"email":"`+email+`","password":"`+password+`"}`))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
	return browser
}

// read decodes what a path answers.
func read[T any](t *testing.T, browser *http.Client, address string) T {
	t.Helper()
	status, body := fetch(t, browser, address)
	require.Equal(t, http.StatusOK, status, body)
	var value T
	require.NoError(t, json.Unmarshal([]byte(body), &value))
	return value
}

type (
	seededMe struct {
		Profile struct{ CreditsProductShoots, CreditsAdGraphics int }
	}
	seededHistory struct {
		Items []struct {
			ID, Workflow, Status string
			AssetURL, ErrorCode  *string
		}
	}
)

// Both users of the seed sign in at the server and find what they are said to have, after one run as after three.
func TestDBSeed(t *testing.T) {
	elsewhere(t)
	t.Setenv("BETTER_AUTH_URL", "")
	file := filepath.Join("data", databaseName)
	require.NoError(t, os.Mkdir("data", 0o700))
	must(t, "db", "migrate", "--sqlite", file)
	must(t, "db", "seed", "--sqlite", file)
	rows := countRows(t, file)

	said := must(t, "db", "seed", "--sqlite", file)
	must(t, "db", "seed", "--sqlite", file, "--json")

	assert.Equal(t, "Filled "+file+". Sign in with the password \"correct horse\" as\n"+
		"  ada@seed.example   5 product shoots, 4 ad graphics, 6 generations\n"+
		"  bob@seed.example   0 product shoots, 0 ad graphics, 2 generations\n", said)
	assert.Equal(t, rows, countRows(t, file), "another run doubles nothing")

	url, end := serve(t, "data")
	defer end()
	api := url + "/api"
	ada := signIn(t, api, "ada@seed.example", "correct horse")
	me := read[seededMe](t, ada, api+"/me")
	assert.Equal(t, [2]int{5, 4}, [2]int{me.Profile.CreditsProductShoots, me.Profile.CreditsAdGraphics})
	assertSeededHistory(t, ada, api)
	_, ledger := fetch(t, ada, api+"/credits")
	for _, reason := range []string{"generation_debit", "generation_refund", "grant"} {
		assert.Contains(t, ledger, reason)
	}

	bob := signIn(t, api, "bob@seed.example", "correct horse")
	assert.Zero(t, read[seededMe](t, bob, api+"/me").Profile)
}

// assertSeededHistory checks the states of Ada's generations, newest first, and their pictures.
func assertSeededHistory(t *testing.T, ada *http.Client, api string) {
	t.Helper()
	var states []string
	for _, item := range read[seededHistory](t, ada, api+"/history").Items {
		state := item.Workflow + " " + item.Status
		if item.ErrorCode != nil {
			state += " " + *item.ErrorCode
		}
		if item.AssetURL != nil {
			state += " with a picture"
			assertPicture(t, ada, api+"/history/"+item.ID+"/asset")
		}
		if item.Workflow == "image-from-reference" && item.Status == "succeeded" {
			assertPicture(t, ada, api+"/history/"+item.ID+"/reference")
			assertPicture(t, ada, api+"/history/"+item.ID+"/assets/2")
		}
		states = append(states, state)
	}

	assert.Equal(t, []string{
		"image-from-text pending",
		"image-from-text succeeded",
		"image-from-reference failed INTERNAL_SERVER_ERROR",
		"image-from-text failed UPSTREAM_TIMEOUT",
		"image-from-reference succeeded with a picture",
		"image-from-text succeeded with a picture",
	}, states)
}

func assertPicture(t *testing.T, browser *http.Client, address string) {
	t.Helper()
	status, body := fetch(t, browser, address)
	require.Equal(t, http.StatusOK, status, address)
	_, err := png.Decode(strings.NewReader(body))
	assert.NoError(t, err, address)
}

// countRows returns how many rows the tables of the service have.
func countRows(t *testing.T, file string) []d1.Row {
	t.Helper()
	db, err := sqlite.Open(file)
	require.NoError(t, err)
	var counted []d1.Row
	for _, table := range []string{"user", "account", "session", "user_profile", "credit_ledger", "generation", "generation_asset"} {
		result, err := d1.Query(t.Context(), db, "SELECT '"+table+"', count(*) FROM "+table)
		require.NoError(t, err)
		require.NotZero(t, result.Rows[0][1], table)
		counted = append(counted, result.Rows...)
	}
	require.NoError(t, db.Close())
	return counted
}

// withBucket adds a bucket to the account, and returns the keys of what is sent to it.
func withBucket(server *d1httptest.Server, name string) *[]string {
	var mu sync.Mutex
	var stored []string
	server.Fault = func(path string, _ int, w http.ResponseWriter, run func() (int, []byte)) {
		_, key, object := strings.Cut(path, "/r2/buckets/"+name+"/objects/")
		if !object {
			d1httptest.Write(w, run)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		stored = append(stored, key)
	}
	return &stored
}

func TestDBSeedOnTheLocalStack(t *testing.T) {
	elsewhere(t)
	server := localStack(t)
	must(t, "db", "migrate", "--local")
	stored := withBucket(server, "addreams-generations-local")

	said := must(t, "db", "seed", "--local")

	assert.Contains(t, said, "ada@seed.example   5 product shoots, 4 ad graphics, 6 generations")
	assert.Len(t, *stored, 8)
	assert.Contains(t, *stored, "users/seed0000000000000000000000000001/generations/5eed0001-0000-4000-8000-000000000002/output-2.png")

	server.Fault = nil // which knows no bucket
	_, err := addreams(t, "", "db", "seed", "--local")
	assert.ErrorContains(t, err, "the bucket addreams-generations-local answered with status 404")
}

// Anybody can reach a preview: its sample users have a password that nobody knows in advance.
func TestDBSeedOnAPreview(t *testing.T) {
	elsewhere(t)
	server := remoteAccount(t)
	t.Setenv("CLOUDFLARE_API_TOKEN", d1httptest.Token)
	write(t, "bin/pulumi", "#!/bin/sh\ncase \"$*\" in\n'stack output databaseId --stack pr-7') echo "+d1httptest.Database+";;\n"+
		"'config get addreams:accountId --stack pr-7') echo "+d1httptest.Account+";;\n*) exit 1;;\nesac\n")
	t.Setenv("PATH", filepath.Join(mustWorkingDirectory(t), "bin"))
	must(t, "db", "migrate", "--stack", "pr-7")
	stored := withBucket(server, "addreams-generations-pr-7")

	first, second := must(t, "db", "seed", "--stack", "pr-7"), must(t, "db", "seed", "--stack", "pr-7")

	password := regexp.MustCompile(`password "([A-Z2-7]{26})"`)
	require.Regexp(t, password, first)
	require.Regexp(t, password, second)
	assert.NotEqual(t, password.FindString(first), password.FindString(second))
	assert.Len(t, *stored, 16)
}

func TestDBSeedRefuses(t *testing.T) {
	elsewhere(t)
	write(t, "files/0001_one.sql", "CREATE TABLE one (a integer);")
	must(t, "db", "migrate", "--sqlite", "x.sqlite", "--migrations", "files")
	write(t, "files/0002_two.sql", "CREATE TABLE two (a integer);")

	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no database":          {nil, "choose a database: --local, --stack NAME, --remote or --sqlite FILE"},
		"prod":                 {[]string{"--stack", "prod"}, "db seed is for local and preview databases, and the stack prod is neither"},
		"dev, which is shared": {[]string{"--stack", "dev"}, "db seed is for local and preview databases, and the stack dev is neither"},
		"what .env names":      {[]string{"--remote"}, "db seed is for local and preview databases, and the one that .env names may be any"},
		"an absent file":       {[]string{"--sqlite", "none.sqlite"}, "none.sqlite does not exist: db migrate --sqlite none.sqlite makes it"},
		"pending migrations": {
			[]string{"--sqlite", "x.sqlite", "--migrations", "files"},
			"x.sqlite lacks migrations: go run ./app/cmd/addreams db migrate --sqlite x.sqlite --migrations files applies them",
		},
	} {
		_, err := addreams(t, "", append([]string{"db", "seed"}, tc.args...)...)
		assert.ErrorContains(t, err, tc.want, name)
	}
	assert.NoFileExists(t, "none.sqlite")
}
