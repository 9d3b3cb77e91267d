package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/d1/sqlite"
)

// withUsers makes a SQLite file with Ada, who has credits and a session, and Eve, who has only signed up.
func withUsers(t *testing.T) string {
	t.Helper()
	must(t, "db", "migrate", "--sqlite", "x.sqlite")
	query(t, `INSERT INTO user (id, name, email, email_verified, created_at, updated_at) VALUES
		('ada', 'Ada', 'ada@example.test', 1, 1770000000, 1770000000), ('eve', 'Eve', 'eve@example.test', 0, 1770000001, 1770000001)`)
	query(t, `INSERT INTO user_profile (user_id, credits_product_shoots, credits_ad_graphics) VALUES ('ada', 2, 3)`)
	query(t, `INSERT INTO session (id, token, user_id, expires_at, created_at, updated_at) VALUES
		('s1', 't1', 'ada', 4000000000, 1, 1), ('s2', 't2', 'ada', 4000000000, 1, 1), ('old', 't3', 'ada', 5, 1, 1)`)
	return "x.sqlite"
}

// query runs a statement on the file, and returns its rows.
func query(t *testing.T, statement string) []d1.Row {
	t.Helper()
	db, err := sqlite.Open("x.sqlite")
	require.NoError(t, err)
	result, err := d1.Query(t.Context(), db, statement)
	require.NoError(t, err)
	require.NoError(t, db.Close())
	return result.Rows
}

func TestUserShow(t *testing.T) {
	elsewhere(t)
	file := withUsers(t)

	list := must(t, "user", "list", "--sqlite", file)
	assert.Regexp(t, `(?s)ID +E-MAIL.*eve +eve@example.test +false +2026-02-02 02:40:01 +free +- +- +0 +0\nada +ada@example.test +true .* 2 +3 +2 +0\n`, list)
	assert.Regexp(t, `(?m)^product shoots +2$`, must(t, "user", "show", "Ada@Example.test", "--sqlite", file))
	var shown userView
	require.NoError(t, json.Unmarshal([]byte(must(t, "user", "show", "ada", "--sqlite", file, "--json")), &shown))
	assert.Equal(t, balanceView{2, 3}, *shown.Balance)

	_, err := addreams(t, "", "user", "show", "nobody@example.test", "--sqlite", file)
	assert.EqualError(t, err, `there is no user "nobody@example.test"`)
	_, err = addreams(t, "", "user", "list", "--sqlite", "absent.sqlite")
	assert.EqualError(t, err, "absent.sqlite does not exist")
	_, err = addreams(t, "", "user", "list")
	assert.ErrorContains(t, err, "choose a database")
}

func TestUserGrant(t *testing.T) {
	elsewhere(t)
	file := withUsers(t)
	assert.Equal(t, "ada@example.test has 12 product shoots and 1 ad graphics.\n",
		must(t, "user", "grant", "ada", "--sqlite", file, "--product-shoots", "10", "--ad-graphics", "-2", "--reason", "a mistake"))
	const ledger = "SELECT workflow, delta, reason, note FROM credit_ledger ORDER BY workflow"
	want := []d1.Row{
		{"image-from-reference", int64(-2), "grant", "a mistake"},
		{"image-from-text", int64(10), "grant", "a mistake"},
	}
	assert.Equal(t, want, query(t, ledger))
	assert.Contains(t, must(t, "user", "show", "ada", "--sqlite", file), "a mistake")

	refusals := map[string]struct {
		args []string
		want string
	}{
		"below zero":   {[]string{"ada", "--ad-graphics", "-2", "--product-shoots", "5", "--reason", "r"}, "nothing has changed: the user has 12 product shoots and 1 ad graphics: neither may become negative"},
		"nothing":      {[]string{"ada", "--reason", "r"}, "say how many: --product-shoots N, --ad-graphics N or both"},
		"no reason":    {[]string{"ada", "--ad-graphics", "1"}, "say why: --reason TEXT"},
		"no profile":   {[]string{"eve", "--ad-graphics", "1", "--reason", "r"}, "the user has no profile yet: it comes with the free credits, at the first look at /api/me"},
		"unknown user": {[]string{"bob", "--ad-graphics", "1", "--reason", "r"}, `there is no user "bob"`},
	}
	for name, tc := range refusals {
		t.Run(name, func(t *testing.T) {
			_, err := addreams(t, "", append([]string{"user", "grant", "--sqlite", file}, tc.args...)...)
			assert.EqualError(t, err, tc.want)
			assert.Equal(t, want, query(t, ledger))
		})
	}
}

// An export has everything but what could be used to act as the user.
func TestUserExport(t *testing.T) {
	elsewhere(t)
	file := withUsers(t)
	query(t, `INSERT INTO account (id, account_id, provider_id, user_id, access_token, refresh_token, id_token, password, created_at, updated_at)
		VALUES ('a', 'ada', 'credential', 'ada', 'secret-1', 'secret-2', 'secret-3', 'secret-4', 1, 1)`)
	query(t, `INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
		VALUES ('g', 'ada', 'image-from-text', 'failed', '{"prompt":"a shoe"}', 1, 1)`)
	must(t, "user", "grant", "ada", "--sqlite", file, "--ad-graphics", "1", "--reason", "thanks")

	text := must(t, "user", "export", "ada", "--sqlite", file)

	var export map[string][]map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &export))
	lengths := map[string]int{}
	for part, items := range export {
		lengths[part] = len(items)
	}
	assert.Equal(t, map[string]int{"user": 1, "profile": 1, "accounts": 1, "sessions": 3, "ledger": 1, "purchases": 0, "generations": 1, "images": 0, "apiKeys": 0}, lengths)
	assert.Equal(t, "thanks", export["ledger"][0]["note"])
	assert.Equal(t, true, export["user"][0]["emailVerified"])
	for _, secret := range []string{"secret-", `"t1"`, `"s1"`} {
		assert.NotContains(t, text, secret)
	}
}

func TestUserRevokeSessions(t *testing.T) {
	elsewhere(t)
	file := withUsers(t)
	query(t, `INSERT INTO apikey (id, key, user_id, created_at, updated_at) VALUES ('k', 'hash', 'ada', 1, 1)`)
	assert.Equal(t, "Ended 3 sessions of ada@example.test. API keys still open the account (1): --api-keys deletes them, too.\n",
		must(t, "user", "revoke-sessions", "ada", "--sqlite", file))
	assert.Empty(t, query(t, "SELECT 1 FROM session"))
	assert.Len(t, query(t, "SELECT 1 FROM apikey"), 1)
	assert.Equal(t, "Ended 0 sessions of ada@example.test, and deleted 1 API key.\n", must(t, "user", "revoke-sessions", "ada", "--api-keys", "--sqlite", file))
	assert.Empty(t, query(t, "SELECT 1 FROM apikey"))
	assert.Equal(t, "Ended 0 sessions of ada@example.test.\n", must(t, "user", "revoke-sessions", "ada", "--sqlite", file))
	assert.Len(t, query(t, "SELECT 1 FROM user_cutoff WHERE user_id = 'ada'"), 1, "session caches count for nothing")
}

func TestUserDelete(t *testing.T) {
	elsewhere(t)
	file := withUsers(t)
	query(t, `INSERT INTO generation (id, user_id, workflow, status, input_json, created_at, updated_at)
		VALUES ('g', 'ada', 'image-from-text', 'succeeded', '{"prompt":"a shoe"}', 1, 1)`)
	must(t, "user", "grant", "ada", "--sqlite", file, "--ad-graphics", "1", "--reason", "for Ada Lovelace")
	const users = "SELECT id, email FROM user ORDER BY id"
	before := query(t, users)

	for name, args := range map[string][]string{
		"nothing was deleted: answer yes, or pass --yes":               {"user", "delete", "ada", "--sqlite", file},
		"nothing was deleted: with --json nobody is asked, pass --yes": {"user", "delete", "ada", "--sqlite", file, "--json"},
		`there is no user "bob@example.test"`:                          {"user", "delete", "bob@example.test", "--sqlite", file, "--yes"},
	} {
		out, err := addreams(t, "no\n", args...)
		require.EqualError(t, err, name)
		if len(args) == 5 && args[2] == "ada" {
			assert.Equal(t, "ada@example.test in x.sqlite is deleted, with 1 generation. This can't be undone. Continue? (yes/no) ", out)
		}
		assert.Equal(t, before, query(t, users))
	}

	out, err := addreams(t, "yes\n", "user", "delete", "ADA@example.test", "--sqlite", file)
	require.NoError(t, err)
	assert.Contains(t, out, "Deleted ada@example.test with 0 accounts, 3 sessions, 0 API keys and 1 generation.\n"+
		"The ledger of credits stays, of user ada without name and address.\n")
	assert.JSONEq(t, `{"id":"eve","deleted":{"sessions":0,"accounts":0,"apiKeys":0,"generations":0,"ledgerStays":false}}`,
		must(t, "user", "delete", "eve", "--sqlite", file, "--yes", "--json"))
	assert.Equal(t, []d1.Row{{"ada", "deleted-ada@deleted.invalid"}}, query(t, users))
	assert.Equal(t, []d1.Row{{"image-from-reference", int64(1), nil}}, query(t, "SELECT workflow, delta, note FROM credit_ledger"))
	assert.Len(t, query(t, "SELECT 1 FROM generation_discard"), 1)
}

func TestUserOnTheLocalStack(t *testing.T) {
	elsewhere(t)
	db, err := d1http.New(localStack(t).Config())
	require.NoError(t, err)
	must(t, "db", "migrate", "--local")
	assert.JSONEq(t, `[]`, must(t, "user", "list", "--local", "--json"))
	_, err = d1.Query(t.Context(), db, `INSERT INTO user (id, name, email, created_at, updated_at) VALUES ('ada', 'Ada', 'ada@example.test', 1, 1)`)
	require.NoError(t, err)
	must(t, "user", "delete", "ada", "--local", "--yes")
	assert.JSONEq(t, `[]`, must(t, "user", "list", "--local", "--json"))
}
