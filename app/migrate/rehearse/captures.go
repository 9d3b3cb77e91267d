package rehearse

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// SQLite resolves a name in a view or trigger each time that it compiles it, in the innermost SELECT that has a column of that
// name. A new column can so take the place of an outer table's, of a text in double quotes, or join a NATURAL JOIN.

// checkCaptures lists views, triggers, constraints and indexes in which a name means a new column from now on, or which take
// columns by their place.
func (t *trial) checkCaptures(ctx context.Context) error {
	columns, err := t.columnsByRelation(ctx)
	if err != nil {
		return err
	}
	t.checkShadowed()
	for _, survivor := range t.survivors {
		was, is := t.before.Tables[survivor.Old], t.after.Tables[survivor.Present]
		t.checkOwn(is, survivor)
		if len(schema.CompareOrder(was, is)) > 0 {
			t.checkPlaces(survivor.Present)
		}
	}

	added := t.after.ViewGains(t.gains(func(s lineage.Survivor) *schema.Table { return t.before.Tables[s.Old] }, false))
	for _, name := range t.unchangedReaders() {
		for _, gain := range added {
			if err := t.checkReader(ctx, t.after.Objects[name], gain, columns); err != nil {
				return err
			}
		}
	}
	for _, gain := range t.gains(func(s lineage.Survivor) *schema.Table { return t.rehearsal.Schema.Tables[s.Old] }, true) {
		for _, name := range t.unchangedReaders() {
			if how := t.rehearsal.Schema.Objects[name].Suspect(gain, columns); how != schema.Clean {
				t.reportCapture(t.after.Objects[name], gain, how)
			}
		}
	}
	return nil
}

// checkShadowed lists triggers that have the name of an index or view.
func (t *trial) checkShadowed() {
	triggers := slices.Sorted(slices.Values(slices.Concat(t.before.Shadowed, t.after.Shadowed)))
	for _, trigger := range slices.Compact(triggers) {
		t.effect.Add(migrate.Change{
			Sign: "~", What: trigger, Risk: migrate.RiskDestructive,
			Detail: "an index or view has its name too, so that what becomes of it is not seen; drop it, and make it again under another name",
		})
	}
}

// gains returns the columns that tables have and did not have before.
func (t *trial) gains(before func(lineage.Survivor) *schema.Table, renamed bool) []schema.Gain {
	var found []schema.Gain
	for _, survivor := range t.survivors {
		for _, column := range t.after.Tables[survivor.Present].Columns {
			added := !t.before.Tables[survivor.Old].Has(column.Name)
			if was := before(survivor); was == nil || was.Has(column.Name) || added == renamed {
				continue
			}
			relation := survivor.Present
			if renamed {
				relation = survivor.Old
			}
			found = append(found, schema.Gain{Relation: relation, Column: sqltext.Fold(column.Name), Renamed: renamed})
		}
	}
	return found
}

// unchangedReaders returns the views and triggers that the file leaves as they are.
func (t *trial) unchangedReaders() []string {
	return slices.DeleteFunc(schema.Names(t.after.Objects, nil), func(name string) bool {
		is, was := t.after.Objects[name], t.before.Objects[name]
		return is.Kind != "view" && is.Kind != "trigger" || is.Kind != was.Kind || is.Definition != was.Definition
	})
}

// checkReader lists a view or trigger that takes the column for something else.
func (t *trial) checkReader(ctx context.Context, o schema.Object, gain schema.Gain, columns func(string) []string) error {
	how := o.Suspect(gain, columns)
	if how == schema.MayRead {
		reads, err := t.reads(ctx, o, gain)
		if err != nil || !reads {
			return err
		}
	}
	if how != schema.Clean {
		t.reportCapture(o, gain, how)
	}
	return nil
}

// reads reports whether the view or trigger is compiled to a read of the column, or does not compile.
func (t *trial) reads(ctx context.Context, o schema.Object, gain schema.Gain) (found bool, err error) {
	t.DB.WatchReads(func(read sqlite.Read) {
		_, elsewhere := t.after.Objects[sqltext.Fold(read.Within)]
		within := read.Within != "" && (!elsewhere || sqltext.SameName(read.Within, o.Name))
		found = found || within && sqltext.Fold(read.Table) == gain.Relation && sqltext.Fold(read.Column) == gain.Column
	})
	defer t.DB.WatchReads(nil)
	message, err := t.after.ProbeReader(ctx, t.tx, o)
	return found || message != "", err
}

// reportCapture lists what a view or trigger takes for something else.
func (t *trial) reportCapture(o schema.Object, gain schema.Gain, how schema.Suspicion) {
	detail := map[schema.Suspicion]string{
		schema.MayRead:  fmt.Sprintf("the name %s in it means the new column %s from now on; qualify the name in it, or name the column otherwise", gain.Column, gain),
		schema.Joins:    fmt.Sprintf("it joins by the new column %s too from now on; write ON with the columns that are meant, or name the column otherwise", gain),
		schema.TakesAll: fmt.Sprintf("its SELECT * takes in the new column %s, or the name %s means it from now on; list the columns in it", gain, gain.Column),
	}[how]
	if gain.Renamed {
		detail = fmt.Sprintf("the name %s in it may mean the renamed column %s from now on; qualify the name in it, or name the column otherwise", gain.Column, gain)
	}
	t.effect.Add(migrate.Change{Sign: "~", What: o.Kind + " " + o.Name, Detail: detail, Risk: migrate.RiskDestructive})
}

// checkOwn lists constraints, generated columns and indexes of a table in which a text becomes a column, and columns that hide
// what every statement can name.
func (t *trial) checkOwn(is *schema.Table, s lineage.Survivor) {
	was, followed := t.rehearsal.Schema.Tables[s.Old], t.before.Tables[s.Old] // which follows the file's renames
	for _, column := range is.Columns {
		if was == nil || was.Has(column.Name) {
			continue
		}
		gain := schema.Gain{Relation: s.Present, Column: sqltext.Fold(column.Name)}
		switch what, how := t.after.SuspectOwn(was, is, gain); how {
		case schema.TakesAText:
			t.effect.Add(migrate.Change{
				Sign: "~", What: what, Risk: migrate.RiskDestructive,
				Detail: fmt.Sprintf(`"%s" in it was a text, and means the new column from now on; make it again with '%s', or name the column otherwise`, column.Name, column.Name),
			})
		case schema.HidesAName:
			what, why := "column "+is.Name+"."+column.Name, "statements that use "+strings.ToUpper(column.Name)+" read this column from now on; name it otherwise"
			if followed.Has(column.Name) {
				t.effect.Add(migrate.Change{Sign: "~", What: what, Detail: why, Risk: migrate.RiskDestructive})
				continue
			}
			t.effect.Blame(what, why)
		}
	}
}

// checkPlaces lists views and triggers that take a table's columns by their place, after that has changed.
func (t *trial) checkPlaces(relation string) {
	for _, name := range t.unchangedReaders() {
		if o := t.after.Objects[name]; o.TakesPlaces(relation) {
			t.effect.Add(migrate.Change{
				Sign: "~", What: o.Kind + " " + o.Name, Risk: migrate.RiskDestructive,
				Detail: "it takes the columns of " + relation + " by their place, which changes; list them by name in it, or keep their order",
			})
		}
	}
}

// columnsByRelation returns a function that returns the columns of a table or view, in lower case; none of a view that does
// not compile.
func (t *trial) columnsByRelation(ctx context.Context) (func(string) []string, error) {
	found := map[string][]string{}
	for name, table := range t.after.Tables {
		for _, column := range table.Columns {
			found[name] = append(found[name], sqltext.Fold(column.Name))
		}
	}
	for name, view := range t.after.Objects {
		if view.Kind != "view" {
			continue
		}
		if message, err := schema.Probe(ctx, t.tx, "EXPLAIN SELECT * FROM "+sqltext.Quote(view.Name)); err != nil || message != "" {
			if err != nil {
				return nil, err
			}
			continue
		}
		result, err := d1.Query(ctx, t.tx, "SELECT name FROM pragma_table_xinfo("+sqltext.Literal(view.Name)+")")
		if err != nil {
			return nil, err
		}
		rows, err := result.Texts("the columns of a view")
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found[name] = append(found[name], sqltext.Fold(row[0]))
		}
	}
	return func(relation string) []string { return found[relation] }, nil
}

// checkNames refuses tables and views that hide a table-valued function.
func (t *trial) checkNames() {
	for _, statement := range t.file.Statements {
		done := sqltext.ActionOf(statement)
		name := done.Table
		switch {
		case done.Verb == sqltext.RenamesTable:
			name = done.To
		case strings.HasPrefix(createdName(statement), "view "):
			name = strings.TrimPrefix(createdName(statement), "view ")
		case done.Verb != sqltext.Creates:
			continue
		}
		if sqltext.HidesFunction(name) && !t.rehearsal.Schema.Has(name) {
			t.refuse(statement.Line, migrate.KindInvalid, name+" is a table-valued function of SQLite, which a table or view of that name hides: statements that use it fail",
				"Give it another name.")
		}
	}
}
