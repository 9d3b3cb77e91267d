package dbstudio_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/dbstudio"
)

func (s *site) schema() map[string]object {
	s.t.Helper()
	answer := s.get("/api/schema")
	require.Equal(s.t, http.StatusOK, answer.Code, answer.Body)
	var body struct{ Tables []object }
	require.NoError(s.t, json.Unmarshal(answer.Body.Bytes(), &body))
	tables := map[string]object{}
	for _, table := range body.Tables {
		tables[table["name"].(string)] = table
	}
	return tables
}

func columnOf(table object, name string) object {
	for _, column := range table["columns"].([]any) {
		if column.(object)["name"] == name {
			return column.(object)
		}
	}
	return nil
}

func TestSchema(t *testing.T) {
	s := open(t, []string{
		"CREATE TABLE user (id text PRIMARY KEY NOT NULL, email_verified integer DEFAULT false NOT NULL, created_at integer, password text)",
		"CREATE UNIQUE INDEX user_created ON user (created_at, id)",
		"CREATE TABLE pair (a integer, b integer, sum integer AS (a + b) STORED, PRIMARY KEY (a, b)) WITHOUT ROWID",
		"CREATE TABLE child (user_id text, x integer, y integer, pic text, FOREIGN KEY (x, y) REFERENCES pair ON DELETE CASCADE)",
		"CREATE TRIGGER child_gone AFTER DELETE ON child BEGIN DELETE FROM user WHERE id = old.user_id; END",
		"CREATE TABLE d1_migrations (id integer PRIMARY KEY AUTOINCREMENT, name text)",
		"CREATE VIEW good AS SELECT id FROM user", "CREATE VIEW bad AS SELECT id FROM nowhere",
		"CREATE VIRTUAL TABLE words USING fts5(word)",
	}, dbstudio.Options{Hints: map[string]dbstudio.Kind{"child.pic": dbstudio.Image, "user.id": dbstudio.Secret}})

	tables := s.schema()

	assert.Equal(t, "boolean", columnOf(tables["user"], "email_verified")["kind"])
	created := columnOf(tables["user"], "created_at")
	assert.Equal(t, "time", created["kind"])
	assert.Equal(t, true, created["indexed"])
	assert.Equal(t, true, columnOf(tables["user"], "password")["secret"])
	assert.Equal(t, true, columnOf(tables["user"], "id")["secret"], "by a hint")
	assert.Equal(t, "image", columnOf(tables["child"], "pic")["kind"])
	assert.Equal(t, true, columnOf(tables["pair"], "sum")["generated"])
	assert.Equal(t, []any{
		object{"columns": []any{"x", "y"}, "table": "pair", "to": []any{"a", "b"}, "onUpdate": "NO ACTION", "onDelete": "CASCADE", "implied": false},
		object{"columns": []any{"user_id"}, "table": "user", "to": []any{"id"}, "implied": true},
	}, tables["child"]["references"])
	assert.Len(t, tables["child"]["triggers"], 1)
	assert.Equal(t, true, tables["d1_migrations"]["internal"])
	assert.Equal(t, false, tables["d1_migrations"]["editable"])
	assert.Equal(t, true, tables["pair"]["editable"])
	assert.Equal(t, "view", tables["good"]["kind"])
	assert.Equal(t, "no such table: main.nowhere", tables["bad"]["broken"])
	assert.Equal(t, "virtual", tables["words"]["kind"])
	assert.Equal(t, "shadow", tables["words_data"]["kind"])
}

func TestSecretNames(t *testing.T) {
	s := open(t, []string{`CREATE TABLE t (password, access_token, client_secret, api_key, "key", token_expires_at, token_id, monkey_business)`}, dbstudio.Options{})

	var secret []string
	for _, column := range s.schema()["t"]["columns"].([]any) {
		if column.(object)["secret"] == true {
			secret = append(secret, column.(object)["name"].(string))
		}
	}

	assert.Equal(t, []string{"password", "access_token", "client_secret", "api_key", "key", "monkey_business"}, secret,
		"rather one too many than one too few")
}
