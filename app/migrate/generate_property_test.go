package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/generate"
	"github.com/addreams/addreams/app/migrate/rehearse"
)

// wish is one case: a database that files have made, with rows, and another schema that is wanted.
type wish struct {
	base, rows, after []string
	*mutation
}

var wishes = rapid.Custom(func(t *rapid.T) wish {
	w := drawWorld(t)
	if chance(t, 3, "numbered") {
		w.numbered(t)
	}
	made := wish{base: w.create(), rows: w.rows(t)}
	made.mutation = mutate(t, w)
	made.after = w.create()
	return made
})

func (w wish) String() string {
	return fmt.Sprintf("%s, with %+v\n%s;\n%s;\n---- wanted\n%s;\n%s", w.kinds, w.choices, strings.Join(w.base, ";\n"), strings.Join(w.rows, ";\n"),
		strings.Join(w.after, ";\n"), strings.Join(w.renamed, ";\n"))
}

// schemaFile returns the text of the wanted schema: as it is drawn, or as SQLite writes it after renames.
func (w wish) schemaFile(ctx context.Context) (string, error) {
	db, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		return "", err
	}
	defer db.Close()
	for _, statement := range slices.Concat(w.after, w.renamed) {
		if _, err := d1.Query(ctx, db, statement); err != nil {
			return "", errors.Join(errUnusable, err)
		}
	}
	if len(w.renamed) == 0 {
		return fileText(w.after), nil
	}

	found, err := d1.Query(ctx, db, `SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite^_%' ESCAPE '^'
		AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow') ORDER BY type = 'trigger', rowid`)
	if err != nil {
		return "", err
	}
	var statement string
	var statements []string
	err = found.Each("the schema", func() { statements = append(statements, statement) }, &statement)
	return fileText(statements), err
}

// wished counts what became of the cases.
type wished struct {
	sync.Mutex
	cases, unusable, written, nothing, refused, applied, atRows int
	kinds                                                       map[string][2]int // drawn, written
	reasons                                                     map[string][]int  // seeds
	broken                                                      []string
}

// What db generate writes leads exactly to the schema that is wanted and keeps the rows of what survives, or it refuses and
// names what is in the way. ADDREAMS_GENERATE_CASES and ADDREAMS_PROMISE_START set how many, and from which seed.
func TestGenerateProperty(t *testing.T) {
	counted := &wished{kinds: map[string][2]int{}, reasons: map[string][]int{}}
	work := make(chan int)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for seed := range work {
				counted.try(t.Context(), seed)
			}
		})
	}
	start := number(t, "ADDREAMS_PROMISE_START", 1)
	for seed := range number(t, "ADDREAMS_GENERATE_CASES", 150) {
		work <- start + seed
	}
	close(work)
	group.Wait()

	counted.report(t)
}

func (s *wished) report(t *testing.T) {
	t.Logf("%d cases, and %d whose schema was no use: %d written, %d of them applied to the case's own rows and %d against rows that contradict the new schema; %d needed nothing, %d refused",
		s.cases, s.unusable, s.written, s.applied, s.atRows, s.nothing, s.refused)
	for _, kind := range sorted(s.kinds) {
		t.Logf("%-28s %5d drawn %5d written", kind, s.kinds[kind][0], s.kinds[kind][1])
	}
	for _, reason := range sorted(s.reasons) {
		t.Logf("%5d refused, as seed %d: %s", len(s.reasons[reason]), s.reasons[reason][0], reason)
	}

	for i, broken := range s.broken {
		if i == number(t, "ADDREAMS_PROMISE_SHOWN", 8) {
			t.Errorf("and %d more broken", len(s.broken)-i)
			break
		}
		t.Error(broken)
	}

	assert.Less(t, s.unusable, s.cases/2+1, "too many schemas are no use")
	assert.Greater(t, s.written+s.nothing, s.cases*6/10, "too much is refused")
}

// try tries one case on SQLite.
func (s *wished) try(ctx context.Context, seed int) {
	w := wishes.Example(seed)
	outcome, broken := w.hold(ctx)
	if os.Getenv("ADDREAMS_PROMISE_VERBOSE") != "" {
		fmt.Printf("seed %d: %s %s\n%s\n", seed, outcome, broken, w)
	}

	s.Lock()
	defer s.Unlock()
	if outcome == "unusable" {
		s.unusable++
		return
	}
	s.cases++
	written := 0
	switch outcome {
	case "nothing":
		s.nothing, written = s.nothing+1, 1
	case "applied":
		s.written, s.applied, written = s.written+1, s.applied+1, 1
	case "rows":
		s.written, s.atRows, written = s.written+1, s.atRows+1, 1
	default:
		s.refused++
		s.reasons[shortened(outcome)] = append(s.reasons[shortened(outcome)], seed)
	}
	for _, kind := range slices.Compact(slices.Clone(w.kinds)) {
		s.kinds[kind] = [2]int{s.kinds[kind][0] + 1, s.kinds[kind][1] + written}
	}
	if broken != "" {
		s.broken = append(s.broken, fmt.Sprintf("seed %d: %s\n%s", seed, broken, w))
	}
}

// shortened leaves names out of a refusal, so that equal ones are counted together.
func shortened(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	var kept []string
	for _, word := range strings.Fields(first) {
		if strings.Trim(strings.ToLower(word), "abcdefghijklmnopqrstuvwxyz,:()") == "" {
			kept = append(kept, word)
		}
	}
	return strings.Join(kept[:min(len(kept), 18)], " ")
}

// hold makes the migration and applies it, and says what became of it and what is wrong with that.
func (w wish) hold(ctx context.Context) (outcome, broken string) {
	text, err := w.schemaFile(ctx)
	if err != nil {
		return "unusable", err.Error()
	}
	db, err := sqlite.Open(sqlite.Memory)
	if err != nil {
		return "", err.Error()
	}
	defer db.Close()
	files := map[string]string{"0000_base.sql": fileText(w.base)}
	if err := w.create(ctx, db); err != nil {
		return "unusable", err.Error()
	}
	w.rows = slices.DeleteFunc(slices.Clone(w.rows), func(row string) bool {
		_, err := d1.Query(ctx, db, row)
		return err != nil
	})
	input := generate.Input{Folder: folder(files), Schema: []byte(text), SchemaName: "schema.sql", Choices: w.choices,
		Ask: func(generate.Question) (generate.Answer, error) { return "", nil }}

	made, err := generate.Make(ctx, input, "0001_after.sql")
	switch {
	case err != nil && !w.names(err):
		return err.Error(), "it was refused, and nothing is named: " + err.Error()
	case err != nil:
		return err.Error(), ""
	case len(made.Statements) == 0:
		return "nothing", w.same(ctx, files, text)
	}

	files["0001_after.sql"] = made.Text()
	if broken := w.same(ctx, files, text); broken != "" {
		return "applied", broken + "\n" + made.Text()
	}
	return w.apply(ctx, db, files, made)
}

// create makes the schema that there is at first.
func (w wish) create(ctx context.Context, db d1.Database) error {
	made, err := migrate.New(db, folder(map[string]string{"0000_base.sql": fileText(w.base)}), migrate.Options{Allow: []string{migrate.All}})
	if err == nil {
		_, err = made.Apply(ctx)
	}
	return err
}

// apply applies the migration to the case's own rows.
func (w wish) apply(ctx context.Context, db *sqlite.Database, files map[string]string, made generate.Migration) (outcome, broken string) {
	before, err := photographNumbered(ctx, db)
	if err != nil {
		return "", err.Error()
	}
	values, err := w.filled(ctx, db)
	if err != nil {
		return "", err.Error()
	}
	engine, err := migrate.New(db, folder(files), migrate.Options{Rehearser: rehearse.InMemory{}, Allow: []string{migrate.All}, Pause: time.Millisecond})
	if err != nil {
		return "", err.Error()
	}
	taken := w.taken(ctx, made.Statements)

	_, err = engine.Apply(ctx)
	if err != nil && taken == nil && len(made.Empty) == 0 { // otherwise it has said which table it was not tried on
		return "applied", fmt.Sprintf("SQLite takes it, and the plan does not: %v\n%s(without rows: %q)", err, made.Text(), made.Empty)
	}
	if err != nil {
		return "rows", ""
	}
	after, err := photographNumbered(ctx, db)
	if err != nil {
		return "", err.Error()
	}
	if lost := w.lost(before, after); lost != "" {
		return "applied", lost + "\n" + made.Text()
	}
	if wrong := misfilled(ctx, db, values); wrong != "" {
		return "applied", wrong + "\n" + made.Text()
	}
	return "applied", pulledAgain(ctx, db, files)
}
