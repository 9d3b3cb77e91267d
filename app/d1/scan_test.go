package d1_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
)

func TestScan(t *testing.T) {
	var (
		text                  string
		number                int64
		small                 int
		yes, no               bool
		at, atMillis          time.Time
		someText, noText      = new(string), new(string)
		someNumber, noNumber  = new(int64), new(int64)
		someInstant, noMoment = new(time.Time), new(time.Time)
	)
	result := d1.Result{Rows: []d1.Row{
		{"text", int64(7), 2.0, int64(1), int64(0), int64(60), int64(1500), "set", nil, int64(3), nil, int64(60), nil},
	}}

	err := result.Scan(0, &text, &number, &small, &yes, &no, d1.Seconds(&at), d1.Milliseconds(&atMillis),
		&someText, &noText, &someNumber, &noNumber, d1.NullSeconds(&someInstant), d1.NullSeconds(&noMoment))

	require.NoError(t, err)
	assert.Equal(t, "text", text)
	assert.Equal(t, int64(7), number)
	assert.Equal(t, 2, small, "an integer that came as a double")
	assert.Equal(t, []bool{true, false}, []bool{yes, no})
	assert.Equal(t, time.Date(1970, 1, 1, 0, 1, 0, 0, time.UTC), at)
	assert.Equal(t, time.Date(1970, 1, 1, 0, 0, 1, 5e8, time.UTC), atMillis)
	assert.Equal(t, "set", *someText)
	assert.Equal(t, int64(3), *someNumber)
	assert.Equal(t, at, *someInstant)
	assert.Nil(t, noText)
	assert.Nil(t, noNumber)
	assert.Nil(t, noMoment)
}

func TestScanRefuses(t *testing.T) {
	var (
		text     string
		number   int64
		flag     bool
		at       time.Time
		nullText *string
		nullAt   *time.Time
	)
	cases := map[string]struct {
		row          d1.Row
		destinations []any
		want         string
	}{
		"a number as text":      {d1.Row{int64(1)}, []any{&text}, "column a: want text, the row has an integer"},
		"a BLOB as text":        {d1.Row{[]byte("x")}, []any{&text}, "column a: want text, the row has a BLOB"},
		"NULL as text":          {d1.Row{nil}, []any{&text}, "column a: want text, the row has NULL"},
		"a number as null text": {d1.Row{1.0}, []any{&nullText}, "column a: want text or NULL, the row has a number"},
		"text as a number":      {d1.Row{"x", "1"}, []any{&text, &number}, "column b: want an integer, the row has text"},
		"a fraction":            {d1.Row{1.5}, []any{&number}, "column a: want an integer, the row has a number"},
		"a huge double":         {d1.Row{1e300}, []any{&number}, "column a: want an integer, the row has a number"},
		"NULL as a number":      {d1.Row{nil}, []any{&number}, "column a: want an integer, the row has NULL"},
		"2 as a flag":           {d1.Row{int64(2)}, []any{&flag}, "column a: want 0 or 1, the row has an integer"},
		"NULL as a flag":        {d1.Row{nil}, []any{&flag}, "column a: want 0 or 1, the row has NULL"},
		"text as a time":        {d1.Row{"2026-11-27"}, []any{d1.Seconds(&at)}, "column a: want an integer, the row has text"},
		"text as a null time":   {d1.Row{"soon"}, []any{d1.NullSeconds(&nullAt)}, "column a: want an integer or NULL, the row has text"},
		"a column too few":      {d1.Row{"x"}, []any{&text, &text}, "2 columns are read, the row has 1, the last of which is a"},
		"a column too many":     {d1.Row{"x", "y"}, []any{&text}, "1 columns are read, the row has 2, the last of which is b"},
		"no column":             {d1.Row{}, []any{&text}, "1 columns are read, the row has 0"},
		"an unnamed column":     {d1.Row{"x", "y", nil}, []any{&text, &text, &text}, "column 2: want text, the row has NULL"},
		"unknown destination":   {d1.Row{int64(1)}, []any{at}, "column a: want a destination that Scan knows, the row has an integer"},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			result := d1.Result{Columns: []string{"a", "b"}, Rows: []d1.Row{tc.row}}
			assert.EqualError(t, result.Scan(0, tc.destinations...), tc.want)
		})
	}
}

func BenchmarkScan(b *testing.B) {
	result := d1.Result{Columns: []string{"a", "b", "c", "d"}, Rows: []d1.Row{{"x", int64(1), nil, int64(60)}}}
	for b.Loop() {
		var text string
		var number int64
		var null *string
		var at time.Time
		if err := result.Scan(0, &text, &number, &null, d1.Seconds(&at)); err != nil {
			b.Fatal(err)
		}
	}
}

func TestEach(t *testing.T) {
	result := d1.Result{Columns: []string{"name", "n"}, Rows: []d1.Row{{"a", int64(1)}, {nil, 2.0}}}
	var name *string
	var n int64
	var found []string

	err := result.Each("names", func() { found = append(found, fmt.Sprint(name != nil, n)) }, &name, &n)

	require.NoError(t, err)
	assert.Equal(t, []string{"true 1", "false 2"}, found)
	assert.EqualError(t, result.Each("names", func() {}, new(string), &n), "read names: column name: want text, the row has NULL")
}

func TestOnly(t *testing.T) {
	result := d1.Result{Columns: []string{"n"}, Rows: []d1.Row{{int64(7)}}}
	var n int64

	require.NoError(t, result.Only("a count", &n))

	assert.EqualValues(t, 7, n)
	assert.EqualError(t, result.Only("a count", new(string)), "read a count: column n: want text, the row has an integer")
	assert.EqualError(t, d1.Result{}.Only("a count", &n), "read a count: the database returned no row")
}

func TestTexts(t *testing.T) {
	result := d1.Result{Columns: []string{"a", "b"}, Rows: []d1.Row{{"x", "y"}, {"z"}}}

	found, err := result.Texts("literals")

	require.NoError(t, err)
	assert.Equal(t, [][]string{{"x", "y"}, {"z"}}, found)
	result.Rows = append(result.Rows, d1.Row{"x", nil})
	_, err = result.Texts("literals")
	assert.EqualError(t, err, "read literals: column b: want text, the row has NULL")
}
