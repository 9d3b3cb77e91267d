package rehearse

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/advice"
	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/question"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// askQuestions asks what the file's new constraints raise: the target if its table is unchanged, which a read-only
// token may do, and otherwise the replica. Unless `all`, it leaves out complete tables.
func (t *trial) askQuestions(ctx context.Context, survivors []lineage.Survivor, line int, all bool) error {
	for _, survivor := range survivors {
		if !all && (t.lineage.Deleted[survivor.Old] || len(t.lineage.Updated[survivor.Old]) > 0) {
			continue // the file itself prepares the rows
		}
		for _, question := range t.questions(survivor, survivors) {
			if !all && t.Complete[survivor.Old] && (question.Also == "" || t.Complete[question.Also]) {
				continue
			}
			if err := t.ask(ctx, question, line, all); err != nil {
				return err
			}
		}
	}
	return nil
}

// ask asks one question. A question that can't be compiled is dropped; the rehearsal on rows remains.
func (t *trial) ask(ctx context.Context, q question.Question, line int, undone bool) error {
	asked := d1.Database(t.DB)
	switch {
	case t.TargetTables[q.Table] && !t.Modified[q.Table] && (q.Also == "" || t.TargetTables[q.Also] && !t.Modified[q.Also]):
		asked = t.Target
	case !undone:
		return nil // the replica has moved on
	}
	return t.askOf(ctx, asked, q, line)
}

// askOf asks a database, and refuses the file if rows are in its way.
func (t *trial) askOf(ctx context.Context, asked d1.Database, q question.Question, line int) error {
	q.Query = sqltext.WithBackquotes(d1sql.Statement{SQL: q.Query}) // in double quotes, a column that is missing would be a string
	result, err := d1.Query(ctx, asked, q.Query)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return t.reportFailing(ctx, asked, q, refused, line)
	}
	if err != nil || len(result.Rows) == 0 {
		return err
	}
	counted, err := countOf(result)
	if err != nil || counted.Rows == 0 {
		return err
	}

	what := migrate.Count(counted.Rows, q.Unit) + " " + q.What
	if strings.Contains(t.failure.message, q.About) {
		what = t.failure.message + ": " + what
	}
	if counted.Example != "" {
		what += ", as with " + snapshot.Shorten(counted.Example)
	}
	t.refuse(line, migrate.KindFailing, what, advice.FixRows)
	return nil
}

// reportFailing refuses the file if a question fails because of a row, and not because of its own wording.
func (t *trial) reportFailing(ctx context.Context, asked d1.Database, q question.Question, failed *d1.Error, line int) error {
	_, err := d1.Query(ctx, asked, "SELECT * FROM ("+q.Query+") LIMIT 0")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return nil
	}
	if err == nil && t.failure.message == "" && !strings.Contains(failed.Message, "exceeded") { // D1's time limit
		t.refuse(line, migrate.KindFailing, failed.Message+": on a row "+q.What, advice.FixRows)
	}
	return err
}

// questions returns those that a table's new constraints raise.
func (t *trial) questions(s lineage.Survivor, all []lineage.Survivor) []question.Question {
	was, is := t.rehearsal.Schema.Tables[s.Old], t.after.Tables[s.Present]
	if was == nil || is.Virtual {
		return nil
	}

	s.Pairs = slices.DeleteFunc(slices.Clone(s.Pairs), func(pair [2]string) bool { return t.computes(s, was, pair) })
	found := slices.Concat(question.MissingValues(s, was, is), question.BrokenChecks(s, was, is), question.Duplicates(s, was, t.after), question.Unstorable(s, was, is), question.Failing(s, was, t.after))
	for _, parent := range is.ForeignKeys {
		if slices.ContainsFunc(was.ForeignKeys, parent.Same) {
			continue
		}
		if where, also := t.orphans(parent, all); where != "" {
			asked := question.New(s, was, "FOREIGN KEY", where, "of "+is.Name+" without a row of "+parent.Table+" to refer to")
			asked.Also = also
			found = append(found, asked)
		}
	}

	return found
}

// computes reports whether the file gives a column values that are not its own.
func (t *trial) computes(s lineage.Survivor, was *schema.Table, pair [2]string) bool {
	column, _ := was.Column(pair[0])
	return s.Rebuilt && !column.Generated() && (!t.copies.KeepsValues(s, pair) || t.lineage.ChangedAfter[s.Present][pair[1]])
}

// askUpdate has the target compute what an UPDATE of an incomplete table sets: it may fail on a row.
func (t *trial) askUpdate(ctx context.Context, s d1sql.Statement, done sqltext.Action) error {
	old := t.lineage.OldNames[sqltext.Fold(done.Table)]
	if done.Verb != sqltext.Updates || old == "" || !t.Partial(old) || t.lineage.Written[old] || t.lineage.Altered {
		return nil
	}
	query := question.UpdateQuery(s)
	if query == "" {
		return nil
	}

	_, err := d1.Query(ctx, t.Target, query)
	var refused *d1.Error
	if errors.As(err, &refused) {
		return t.reportFailing(ctx, t.Target, question.Question{Query: query, What: "of " + done.Table + " that the UPDATE changes"}, refused, s.Line)
	}

	return err
}

// orphans returns the condition for rows that a new foreign key refuses, and the old name of the parent.
func (t *trial) orphans(of schema.ForeignKey, all []lineage.Survivor) (where, also string) {
	i := slices.IndexFunc(all, func(s lineage.Survivor) bool { return s.Present == sqltext.Fold(of.Table) })
	if i < 0 {
		return "", ""
	}
	parent, columns := all[i], of.TargetColumns(t.after.Tables[sqltext.Fold(of.Table)])
	if len(columns) != len(of.From) {
		return "", ""
	}

	var set, match []string
	for i, from := range of.From {
		set = append(set, "c."+sqltext.Quote(from)+" IS NOT NULL")
		match = append(match, "p."+sqltext.Quote(columns[i])+" = c."+sqltext.Quote(from))
	}
	source := parent.Source(t.rehearsal.Schema.Tables[parent.Old])
	return strings.Join(set, " AND ") + " AND NOT EXISTS (SELECT 1 FROM " + source + " AS p WHERE " + strings.Join(match, " AND ") + ")", parent.Old
}
