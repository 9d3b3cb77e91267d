package dbstudio_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/dbstudio"
)

var users = []string{
	"CREATE TABLE user (id text PRIMARY KEY NOT NULL, name text, credits integer DEFAULT 3, v)",
	"INSERT INTO user VALUES ('ada', 'Ada', 1, NULL), ('bob', 'Bob', 2, 5), ('cat', NULL, 3, x'00')",
}

func (s *site) keys(table string) []string { return s.page(object{"table": table}).keys }

func updateOf(table, key string, values object) object {
	return object{"kind": "update", "table": table, "key": key, "values": values}
}

func TestChangesAreOneBatch(t *testing.T) {
	s := open(t, users, writable)
	keys := s.keys("user")
	changes := []object{
		updateOf("user", keys[0], object{"name": "it's", "credits": "12", "v": "7"}),
		{"kind": "delete", "table": "user", "key": keys[1]},
		{"kind": "insert", "table": "user", "values": object{"id": "dan", "name": nil}},
	}

	shown := s.ask("/api/changes", object{"changes": changes})
	assert.Equal(t, false, shown["applied"])
	assert.Equal(t, []any{
		`UPDATE "user" SET "name" = 'it''s', "credits" = '12', "v" = 7 WHERE rowid = 1 AND "name" IS 'Ada' AND "credits" IS 1 AND "v" IS NULL`,
		`DELETE FROM "user" WHERE rowid = 2`,
		`INSERT INTO "user" ("id", "name") VALUES ('dan', NULL)`,
	}, shown["statements"])
	assert.Len(t, shown["checks"], 2)
	assert.Equal(t, "Ada", s.scalar("SELECT name FROM user WHERE id = 'ada'"), "showing writes nothing")

	applied := s.ask("/api/changes", object{"changes": changes, "apply": true})
	assert.Equal(t, true, applied["applied"])
	assert.Equal(t, 3.0, applied["changes"])
	assert.Equal(t, "it's/integer/integer", s.scalar("SELECT name || '/' || typeof(credits) || '/' || typeof(v) FROM user WHERE id = 'ada'"))
	assert.Equal(t, "ada,cat,dan", s.scalar("SELECT group_concat(id) FROM (SELECT id FROM user ORDER BY id)"))
}

func TestOneFailureUndoesTheBatch(t *testing.T) {
	s := open(t, users, writable)
	keys := s.keys("user")

	kind, message := s.refused("/api/changes", object{"apply": true, "changes": []object{
		updateOf("user", keys[0], object{"name": "x"}), {"kind": "insert", "table": "user", "values": object{"id": "bob"}},
	}})

	assert.Equal(t, "sql", kind)
	assert.Equal(t, "UNIQUE constraint failed: user.id", message)
	assert.Equal(t, "Ada", s.scalar("SELECT name FROM user WHERE id = 'ada'"))
}

func TestConflict(t *testing.T) {
	cases := map[string]struct {
		meanwhile string
		gone      bool
	}{
		"the same column":      {meanwhile: "UPDATE user SET name = 'Eve' WHERE id = 'ada'"},
		"another column":       {meanwhile: "UPDATE user SET credits = 9 WHERE id = 'ada'"},
		"only another case":    {meanwhile: "UPDATE user SET name = 'ADA' WHERE id = 'ada'"},
		"another type":         {meanwhile: "UPDATE user SET v = '' WHERE id = 'ada'"},
		"the row went":         {meanwhile: "DELETE FROM user WHERE id = 'ada'", gone: true},
		"a value beside it":    {meanwhile: "UPDATE user SET v = zeroblob(5) WHERE id = 'ada'"},
		"the row came anew":    {meanwhile: "INSERT OR REPLACE INTO user (id, name) VALUES ('ada', 'Ada')", gone: true},
		"its key went to Cleo": {meanwhile: "UPDATE user SET id = 'cleo' WHERE id = 'ada'"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s := open(t, users, writable)
			keys := s.keys("user")
			s.exec(tc.meanwhile)

			status, answer := s.post("/api/changes", object{"apply": true, "changes": []object{
				updateOf("user", keys[1], object{"name": "fine"}), updateOf("user", keys[0], object{"name": "late"}),
			}})

			require.Equal(t, http.StatusConflict, status, answer)
			assert.Equal(t, "1 row was changed meanwhile, so nothing was written.", answer["error"].(object)["message"])
			conflict := answer["conflicts"].([]any)[0].(object)
			assert.Equal(t, 1.0, conflict["change"])
			assert.Equal(t, tc.gone, conflict["gone"])
			assert.Equal(t, int64(0), s.scalar("SELECT count(*) FROM user WHERE name IN ('fine', 'late')"))
			if tc.gone {
				return
			}
			s.ask("/api/changes", object{"apply": true, "changes": []object{updateOf("user", conflict["key"].(string), object{"name": "late"})}})
			assert.Equal(t, int64(1), s.scalar("SELECT count(*) FROM user WHERE name = 'late'"), "on the row as it is now")
		})
	}
}

// racing is a database on which somebody else writes just before a batch.
type racing struct {
	d1.Database
	first string
}

func (r *racing) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	if sql := r.first; sql != "" && strings.HasPrefix(statements[0].SQL, "SELECT json(") {
		r.first = ""
		if _, err := r.Database.Batch(ctx, d1.SQL(sql)); err != nil {
			return nil, err
		}
	}
	return r.Database.Batch(ctx, statements...)
}

func TestConflictAtTheLastMoment(t *testing.T) {
	for name, remote := range map[string]bool{"SQLite": false, "D1": true} {
		for _, meanwhile := range []string{
			"UPDATE user SET credits = 9 WHERE id = 'ada'", "DELETE FROM user WHERE id = 'ada'", "UPDATE user SET name = 'ada' WHERE id = 'ada'",
		} {
			t.Run(name+"/"+meanwhile, func(t *testing.T) {
				s := open(t, users, writable)
				var below d1.Database = s.db
				if remote {
					below = d1httptest.Serve(t, s.db).Open(t)
				}
				s.studio = dbstudio.New(dbstudio.Options{DB: &racing{below, meanwhile}, Write: true, Address: address})
				s.cookie = nil
				s.enter()
				keys := s.keys("user")

				status, answer := s.post("/api/changes", object{"apply": true, "changes": []object{
					updateOf("user", keys[1], object{"name": "fine"}), {"kind": "delete", "table": "user", "key": keys[0]},
				}})

				assert.Equal(t, http.StatusConflict, status, answer)
				assert.Len(t, answer["conflicts"], 1)
				assert.Equal(t, int64(0), s.scalar("SELECT count(*) FROM user WHERE name = 'fine'"))
			})
		}
	}
}

func TestLongValuesAreCompared(t *testing.T) {
	s := open(t, []string{"CREATE TABLE t (id integer PRIMARY KEY, long text)", "INSERT INTO t (long) VALUES ('" + strings.Repeat("it''s ", 500) + "')"}, writable)
	keys := s.keys("t")

	s.ask("/api/changes", object{"apply": true, "changes": []object{updateOf("t", keys[0], object{"long": "short"})}})

	assert.Equal(t, "short", s.scalar("SELECT long FROM t"))
}

func TestChangesInATableWithoutRowid(t *testing.T) {
	s := open(t, []string{
		`CREATE TABLE "a ""b'" ("x y" text, n integer, PRIMARY KEY ("x y", n)) WITHOUT ROWID`,
		`INSERT INTO "a ""b'" VALUES ('k''1', 1), ('k''1', 2)`,
	}, writable)
	keys := s.keys(`a "b'`)

	s.ask("/api/changes", object{"apply": true, "changes": []object{updateOf(`a "b'`, keys[1], object{"x y": `"new"`, "n": 3})}})

	assert.Equal(t, `k'1/1,"new"/3`, s.scalar(`SELECT group_concat("x y" || '/' || n) FROM (SELECT * FROM "a ""b'" ORDER BY n)`))
}

func TestChangesThatAreRefused(t *testing.T) {
	s := open(t, append(users,
		"CREATE VIEW seen AS SELECT * FROM user",
		"CREATE TABLE d1_migrations (id integer PRIMARY KEY, name text)",
		"CREATE TABLE sums (a integer, twice integer AS (a * 2))", "INSERT INTO sums (a) VALUES (1)",
	), writable)
	user, sums := s.keys("user")[0], s.keys("sums")[0]

	cases := map[string]struct {
		change object
		want   string
	}{
		"a view":             {object{"kind": "insert", "table": "seen"}, "Nothing tells the rows of seen apart, so they can't be edited."},
		"the ledger":         {object{"kind": "insert", "table": "d1_migrations"}, "The table d1_migrations is kept by a tool: its rows aren't edited here."},
		"a generated column": {updateOf("sums", sums, object{"twice": 5}), "The table sums has no column twice to write to."},
		"no such column":     {updateOf("user", user, object{"nope": 5}), "The table user has no column nope to write to."},
		"another table":      {updateOf("sums", user, object{"a": 5}), "The row is of another table than sums."},
		"no key":             {updateOf("user", "", object{"name": "x"}), "The row or page is of a studio that has ended. Reload the page."},
		"nothing":            {updateOf("user", user, object{}), "A change of a row of user has no values."},
		"another kind":       {object{"kind": "drop", "table": "user"}, `A change can't be "drop".`},
		"a list":             {updateOf("user", user, object{"name": []int{1}}), "A value has to be null, a text, a number or true or false."},
		"a NUL":              {updateOf("user", user, object{"name": "a\x00b"}), "A text with a NUL can't be written here."},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			s.t = t
			_, message := s.refused("/api/changes", object{"apply": true, "changes": []object{tc.change}})
			assert.Equal(t, tc.want, message)
		})
	}
}

func TestConfirm(t *testing.T) {
	s := open(t, users, dbstudio.Options{Write: true, Confirm: "addreams-db-prod"})
	changes := []object{updateOf("user", s.keys("user")[0], object{"name": "x"})}

	s.ask("/api/changes", object{"changes": changes})
	for _, typed := range []string{"", "addreams-db-dev"} {
		kind, message := s.refused("/api/changes", object{"changes": changes, "apply": true, "confirm": typed})
		assert.Equal(t, "confirm", kind)
		assert.Equal(t, "Type the database's name, addreams-db-prod, to change it.", message)
	}
	kind, _ := s.refused("/api/sql", object{"sql": "DELETE FROM user"})
	assert.Equal(t, "confirm", kind)
	s.ask("/api/sql", object{"sql": "SELECT 1"})
	assert.Equal(t, int64(3), s.scalar("SELECT count(*) FROM user"))

	s.ask("/api/changes", object{"changes": changes, "apply": true, "confirm": "addreams-db-prod"})
	assert.Equal(t, "x", s.scalar("SELECT name FROM user WHERE id = 'ada'"))
}

func TestTokenThatMayOnlyRead(t *testing.T) {
	s := open(t, users, writable)
	server := d1httptest.Serve(t, s.db)
	server.Fault = func(_ string, _ int, w http.ResponseWriter, run func() (int, []byte)) {
		if bodies := server.Bodies(); strings.Contains(bodies[len(bodies)-1], "UPDATE") {
			d1httptest.Refuse(w, http.StatusForbidden, 10000, "Authentication error")
			return
		}
		d1httptest.Write(w, run)
	}
	s.studio = dbstudio.New(dbstudio.Options{DB: server.Open(t), Write: true, Address: address})
	s.cookie = nil
	s.enter()
	changes := []object{updateOf("user", s.keys("user")[0], object{"name": "x"})}

	s.ask("/api/changes", object{"changes": changes})
	_, message := s.refused("/api/changes", object{"changes": changes, "apply": true})

	assert.Contains(t, message, "it needs the permission D1:Edit")
	assert.Equal(t, "Ada", s.scalar("SELECT name FROM user WHERE id = 'ada'"))
}
