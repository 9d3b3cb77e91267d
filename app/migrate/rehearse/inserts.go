package rehearse

import (
	"context"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/question"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// insert is a copy with the questions that it raises, for the end of the trial.
type insert struct {
	place     int // among the trial's copies
	tolerant  bool
	questions []question.Question
}

// noteInsert records what a copy may write that its table refuses, if the rehearsal does not have all rows that it
// reads or meets.
func (t *trial) noteInsert(ctx context.Context, copy *lineage.Copy) error {
	if copy == nil || !copy.Direct || len(copy.Columns) == 0 || !t.readsPartial(copy) {
		return nil
	}
	now, err := schema.Inspect(ctx, t.tx)
	if err != nil {
		return err
	}
	to := now.Tables[copy.To]
	if to == nil || to.Virtual {
		return nil
	}

	unchanged := func(table string) bool {
		return t.TargetTables[table] && !t.Modified[table] && !t.lineage.Written[table] && t.lineage.OldNames[table] == table
	}
	t.inserts = append(t.inserts, insert{
		place: len(t.copies.List), questions: question.Inserted(*copy, to, now, unchanged),
		tolerant: copy.Tolerant || slices.ContainsFunc(to.Clauses, func(c schema.Clause) bool { return strings.HasPrefix(c.Text, "on conflict ") }),
	})
	return nil
}

// readsPartial reports whether a copy reads or writes a table of which the rehearsal does not have all rows.
func (t *trial) readsPartial(copy *lineage.Copy) bool {
	return slices.ContainsFunc(append(sqltext.Words(copy.With()), copy.To), func(word string) bool {
		old := t.lineage.OldNames[word]
		return old != "" && t.Partial(old)
	})
}

// askAboutInserts asks the target for the rows that the file's copies would fail on. A copy that leaves out what its
// table refuses loses rows if it rebuilds a table.
func (t *trial) askAboutInserts(ctx context.Context) error {
	for _, made := range t.inserts {
		copy := t.copies.List[made.place]
		rebuilds := slices.ContainsFunc(t.survivors, func(s lineage.Survivor) bool {
			return s.Rebuilt && s.Present == copy.To && !t.lineage.Deleted[s.Old]
		})
		if made.tolerant && !rebuilds {
			continue
		}
		for _, question := range made.questions {
			if err := t.askOf(ctx, t.Target, question, copy.Line); err != nil || len(t.refusals) > 0 {
				return err
			}
		}
	}
	return nil
}
