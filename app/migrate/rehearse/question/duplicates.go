package question

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/lineage"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/rehearse/snapshot"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Duplicates asks for values that several rows have, for each new key.
func Duplicates(s lineage.Survivor, was *schema.Table, now schema.Schema) []Question {
	var found []Question
	is := now.Tables[s.Present]
	for _, unique := range is.Uniques {
		terms, where := unique.Terms(now)
		if len(terms) == 0 || hadKey(s, unique, was, now) {
			continue
		}
		set := strings.Join(terms, " IS NOT NULL AND ") + " IS NOT NULL" + where
		found = append(found, Question{
			Table: s.Old, About: "UNIQUE", Unit: "value",
			What: "of " + is.Name + " in several rows, and " + unique.Title() + " takes each once",
			Query: "SELECT count(*) AS n, min(one) AS one FROM (SELECT min(" + lineage.RowKey + ") AS one FROM " + s.Source(was) + " AS c WHERE " + set +
				" GROUP BY " + strings.Join(terms, ", ") + " HAVING count(*) > 1)",
		})
	}

	return found
}

// hadKey reports whether the table had a key of the same columns.
func hadKey(s lineage.Survivor, u schema.UniqueKey, was *schema.Table, now schema.Schema) bool {
	if index, named := now.Objects[sqltext.Fold(u.Index)]; named && u.Origin == "c" && schema.IndexedColumns(index) == nil {
		return false // of expressions, or with a collation of its own
	}
	return slices.ContainsFunc(was.Uniques, func(old schema.UniqueKey) bool {
		return !old.Partial && slices.Equal(snapshot.PresentNames(old.Columns, s.Pairs), u.Columns) && slices.Equal(old.Collate, u.Collate)
	})
}
