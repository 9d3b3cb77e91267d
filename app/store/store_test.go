package store_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/store"
)

func TestOperationsAreComplete(t *testing.T) {
	covered := map[string]bool{}
	for name := range operations {
		method, _, _ := strings.Cut(name, ",")
		covered[method] = true
	}
	methods := map[string]bool{}
	for i := range reflect.TypeFor[*store.Store]().NumMethod() {
		methods[reflect.TypeFor[*store.Store]().Method(i).Name] = true
	}
	assert.Equal(t, slices.Sorted(maps.Keys(methods)), slices.Sorted(maps.Keys(covered)))
}

// recorder keeps the results of each batch.
type recorder struct {
	d1.Database
	batches [][]d1.Result
}

func (r *recorder) Batch(ctx context.Context, statements ...d1.Statement) ([]d1.Result, error) {
	results, err := r.Database.Batch(ctx, statements...)
	r.batches = append(r.batches, cloned(results))
	return results, err
}

func cloned(results []d1.Result) []d1.Result {
	results = slices.Clone(results)
	for i := range results {
		results[i].Rows = slices.Clone(results[i].Rows)
	}
	return results
}

// replay returns recorded results, a batch at a time.
type replay struct{ batches [][]d1.Result }

func (r *replay) Batch(context.Context, ...d1.Statement) ([]d1.Result, error) {
	results := r.batches[0]
	r.batches = r.batches[1:]
	return results, nil
}

// replayed calls the operation on copies of recorded results, after a change of one row.
func replayed(t *testing.T, op operation, batches [][]d1.Result, batch, result, row int, change func(d1.Row) d1.Row) error {
	t.Helper()
	copies := make([][]d1.Result, len(batches))
	for i, results := range batches {
		copies[i] = cloned(results)
	}
	rows := copies[batch][result].Rows
	rows[row] = change(slices.Clone(rows[row]))
	return op.call(t.Context(), store.New(&replay{copies}))
}

// A read of any column, in any row, fails on a value of another type, and on a column too many or too few.
func TestReadsCheckTheirColumns(t *testing.T) {
	cells := 0
	for name, op := range operations {
		t.Run(name, func(t *testing.T) {
			db := seeded(t)
			if op.before != "" {
				exec(t, db, op.before)
			}
			recorded := &recorder{Database: db}
			require.NoError(t, op.call(t.Context(), store.New(recorded)))

			for i, results := range recorded.batches {
				for j, result := range results {
					for k := range result.Rows {
						cells += checkRow(t, op, recorded.batches, i, j, k)
					}
				}
			}
		})
	}

	assert.Greater(t, cells, 250, "the seed has rows to read")
}

// checkRow damages one row in every way, and returns the number of its columns.
func checkRow(t *testing.T, op operation, batches [][]d1.Result, i, j, k int) int {
	result := batches[i][j]
	if exists(result) || slices.Equal(op.unread, result.Columns) || absent(result.Rows[k]) {
		return 0
	}

	for column, name := range result.Columns {
		for _, wrong := range wrongTypes(result.Rows[k][column]) {
			err := replayed(t, op, batches, i, j, k, func(row d1.Row) d1.Row { row[column] = wrong; return row })
			assert.ErrorContains(t, err, ": column "+name+": want ", "%T instead of %T", wrong, result.Rows[k][column])
			assert.ErrorContains(t, err, op.name)
		}
	}
	err := replayed(t, op, batches, i, j, k, func(row d1.Row) d1.Row { return row[1:] })
	assert.ErrorContains(t, err, op.name+": ", "a column too few")
	err = replayed(t, op, batches, i, j, k, func(row d1.Row) d1.Row { return append(row, "more") })
	assert.ErrorContains(t, err, "columns are read", "a column too many")
	return len(result.Columns)
}

// exists reports whether a result's rows are only counted.
func exists(result d1.Result) bool {
	return slices.Equal(result.Columns, []string{"1"}) || slices.Equal(result.Columns, []string{"holds"})
}

// absent reports whether a row means that there is none, as of an owner who has none.
func absent(row d1.Row) bool {
	return !slices.ContainsFunc(row, func(value any) bool { return value != nil })
}

func wrongTypes(value any) []any {
	if _, text := value.(string); text {
		return []any{[]byte("bytes"), int64(7), 1.5}
	}
	if value == nil {
		return []any{[]byte("bytes")}
	}
	return []any{[]byte("bytes"), "text", 1.5}
}

// The same with real rows: SQLite stores a BLOB in any column.
func TestWrongTypesInTables(t *testing.T) {
	cases := map[string]struct{ sql, operation, want string }{
		"a user's name":    {"UPDATE user SET name = x'41'", "FindSession", "find session: column name: want text, the row has a BLOB"},
		"a flag":           {"UPDATE user SET email_verified = 2", "FindSession", "find session: column email_verified: want 0 or 1, the row has an integer"},
		"a session's end":  {"UPDATE session SET expires_at = 'soon'", "Profile", "find profile: column expires_at: want an integer, the row has text"},
		"a balance":        {"UPDATE user_profile SET credits_ad_graphics = 0.5", "Profile", "find profile: column credits_ad_graphics: want an integer, the row has a number"},
		"an object's key":  {"UPDATE generation SET r2_key = x'41' WHERE id = 'made'", "Generations", "list generations: column r2_key: want text or NULL, the row has a BLOB"},
		"a proof":          {"UPDATE session SET expires_at = 'soon'", "Profile, cut off since", "UNAUTHORIZED: Authentication required."},
		"a token's expiry": {"UPDATE account SET access_token_expires_at = 'never'", "Accounts", "list accounts: column access_token_expires_at: want an integer or NULL, the row has text"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			db := seeded(t)
			if before := operations[tc.operation].before; before != "" {
				exec(t, db, before)
			}
			exec(t, db, tc.sql)

			err := operations[tc.operation].call(t.Context(), store.New(db))

			assert.EqualError(t, err, tc.want)
		})
	}
}

type broken struct{ err error }

func (b broken) Batch(context.Context, ...d1.Statement) ([]d1.Result, error) { return nil, b.err }

func TestErrorsNameTheOperation(t *testing.T) {
	down := errors.New("it is down")
	for name, op := range operations {
		if name == "Profile, the first time" {
			continue // fails in its first trip already
		}
		t.Run(name, func(t *testing.T) {
			err := op.call(t.Context(), store.New(broken{down}))
			require.ErrorIs(t, err, down)
			assert.EqualError(t, err, op.name+": it is down")
		})
	}
}
