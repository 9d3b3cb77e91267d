package migrate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// estimateEffect returns a file's effect as far as its statements show it without a schema. Tables that the file
// itself makes don't count.
func estimateEffect(file script.File) Effect {
	var effect Effect
	own := map[string]bool{}

	for _, statement := range file.Statements {
		done := sqltext.ActionOf(statement)
		switch {
		case done.Verb == sqltext.DoesNothing || own[sqltext.Fold(done.Table)]:
		case done.Verb == sqltext.Creates && sqltext.StartsWith(statement.Tokens, "CREATE", "UNIQUE"):
			if index, on := indexOf(statement); !own[sqltext.Fold(on)] {
				effect.Add(Change{"+", "unique index " + index, "on " + on, RiskDestructive})
			} else {
				effect.Add(Change{Sign: "+", What: "unique index " + index})
			}
		case done.Verb == sqltext.AddsColumn && requiresValue(statement):
			effect.Add(Change{"+", "column of " + done.Table, "not null, without a default", RiskDestructive})
		case done.Verb == sqltext.Creates && done.Table != "":
			own[sqltext.Fold(done.Table)] = !done.Conditional
			effect.Add(Change{Sign: "+", What: "table " + done.Table})
		default:
			effect.Add(Change{Sign: actionSign(done), What: phrase(done, statement.Tokens[1].Name()), Risk: actionRisk(done)})
		}
	}
	effect.ApplyNotes(file)
	return effect
}

// indexOf returns the name of the index that CREATE UNIQUE INDEX makes, and its table.
func indexOf(s d1sql.Statement) (index, on string) {
	rest := sqltext.Without(s.Tokens[min(3, len(s.Tokens)):], "IF", "NOT", "EXISTS")
	for i, token := range rest {
		if token.Is("ON") {
			return sqltext.Name(rest), sqltext.Name(rest[i+1:])
		}
	}
	return sqltext.Name(rest), ""
}

// requiresValue reports whether every INSERT must give the added column a value.
func requiresValue(s d1sql.Statement) bool {
	word := func(keyword string) bool {
		return slices.ContainsFunc(s.Tokens, func(token d1sql.Token) bool { return token.Is(keyword) })
	}
	return word("NOT") && word("NULL") && !word("DEFAULT")
}

func actionSign(a sqltext.Action) string {
	switch a.Verb {
	case sqltext.Creates, sqltext.AddsColumn, sqltext.Inserts:
		return "+"
	case sqltext.Rebuilds, sqltext.Updates, sqltext.RenamesTable, sqltext.RenamesColumn:
		return "~"
	}
	return "-"
}

// phrase names what the action changes; second is the statement's second word.
func phrase(a sqltext.Action, second string) string {
	switch a.Verb {
	case sqltext.Inserts, sqltext.Updates, sqltext.Deletes:
		return "rows of " + a.Table
	case sqltext.DropsTable:
		return "table " + a.Table
	case sqltext.DropsView:
		return "view"
	case sqltext.AddsColumn, sqltext.RenamesColumn, sqltext.DropsColumn:
		return "column of " + a.Table
	case sqltext.RenamesTable:
		return "table " + a.Table + ", renamed to " + a.To
	}
	return strings.ToLower(second)
}

// actionRisk returns the risk of an action on an existing table.
func actionRisk(a sqltext.Action) Risk {
	switch a.Verb {
	case sqltext.DoesNothing, sqltext.Creates, sqltext.AddsColumn, sqltext.Inserts:
		return RiskAdditive
	case sqltext.Rebuilds:
		return RiskRebuild
	case sqltext.Updates, sqltext.RenamesTable, sqltext.RenamesColumn, sqltext.DropsView:
		return RiskDestructive
	}
	return RiskIrreversible
}

// estimateIdle adds a change for each object that the file creates only if it does not exist, and that does exist:
// without a rehearsal nothing shows whether the two are equal.
func (e *Effect) estimateIdle(file script.File, inspected inspection) {
	for _, statement := range file.Statements {
		may, found := sqltext.ConditionalOf(statement)
		if !found || !may.Creates {
			continue
		}
		for _, object := range inspected.entries {
			if sqltext.Fold(object.Name) == sqltext.Fold(may.Name) {
				e.Add(Change{"~", may.Kind + " " + may.Name, "something is there by that name", RiskRebuild})
			}
		}
	}
}
