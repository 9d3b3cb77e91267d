package migrate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// estimateEffect returns a file's effect as far as its statements show it without a rehearsal. Tables that the file
// itself makes don't count.
func estimateEffect(file script.File, schema tables) Effect {
	var effect Effect
	own := map[string]bool{}

	for _, statement := range file.Statements {
		done := sqltext.ActionOf(statement)
		if done.Verb != sqltext.DoesNothing && quotesInExpression(statement) {
			effect.Add(Change{"~", "text", "in double quotes: a name that names no column is a text to SQLite", RiskDestructive})
		}
		switch {
		case done.Verb == sqltext.DoesNothing || own[sqltext.Fold(done.Table)]:
		case done.Verb == sqltext.Creates && sqltext.StartsWith(statement.Tokens, "CREATE", "UNIQUE"):
			if index, on := indexOf(statement); !own[sqltext.Fold(on)] {
				effect.Add(Change{"+", "unique index " + index, "on " + on, RiskDestructive})
			} else {
				effect.Add(Change{Sign: "+", What: "unique index " + index})
			}
		case done.Verb == sqltext.AddsColumn && schema.columnMayFail(statement) != "":
			effect.Add(Change{"+", "column of " + done.Table, schema.columnMayFail(statement), RiskDestructive})
		case done.Verb == sqltext.Creates && sqltext.StartsWith(statement.Tokens, "CREATE", "TRIGGER"):
			effect.Add(Change{"+", "trigger", "what it does is not known without a rehearsal", RiskDestructive})
		case done.Verb == sqltext.Creates && sqltext.StartsWith(statement.Tokens, "CREATE", "INDEX") && indexMayFail(statement, own):
			effect.Add(Change{"+", "index", "its expressions may fail", RiskDestructive})
		case sqltext.CommandRemoves(done.Command):
			effect.Add(Change{"-", "rows of " + done.Table, "by the command '" + done.Command + "'", RiskIrreversible})
		case done.Verb == sqltext.Creates && done.Table != "":
			own[sqltext.Fold(done.Table)] = !done.Conditional
			schema.learn(done.Table, statement.Tokens)
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

// indexMayFail reports whether an index on a table that the file does not make may refuse rows.
func indexMayFail(s d1sql.Statement, own map[string]bool) bool {
	_, on := indexOf(d1sql.Statement{Tokens: append([]d1sql.Token{s.Tokens[0]}, s.Tokens...)})
	open := slices.IndexFunc(s.Tokens, func(token d1sql.Token) bool { return token.Text == "(" })
	return !own[sqltext.Fold(on)] && open >= 0 && sqltext.MayFail(sqltext.Canonical(s.Tokens[open:]), sqltext.AllowedStored)
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

// estimateInserts adds a change for each INSERT that fires a trigger of the database, since without a rehearsal nothing
// shows what it does, and for each into a table that deletes the rows which the new ones conflict with.
func (e *Effect) estimateInserts(file script.File, inspected inspection) {
	for _, statement := range file.Statements {
		done := sqltext.ActionOf(statement)
		for _, object := range inspected.entries {
			if done.Verb != sqltext.Inserts || !sqltext.SameName(object.Table, done.Table) {
				continue
			}
			switch {
			case object.Kind == "trigger":
				e.Add(Change{"~", "rows", "by the trigger " + object.Name, RiskDestructive})
			case object.Kind == "table" && slices.Contains(sqltext.Words(object.SQL), "replace"):
				e.Add(Change{"-", "rows of " + object.Name, "by its ON CONFLICT REPLACE", RiskIrreversible})
			}
		}
	}
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
			if sqltext.SameName(object.Name, may.Name) {
				e.Add(Change{"~", may.Kind + " " + may.Name, "something is there by that name", RiskRebuild})
			}
		}
	}
}
