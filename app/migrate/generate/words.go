package generate

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// sayChanges says what changes in a table, and if it is rebuilt, why.
func (g *generator) sayChanges(name, why string) {
	was, is := g.work.schema.Tables[name], g.want.schema.Tables[name]
	for _, change := range schema.CompareTable(was, is) {
		g.say("%s", sentence(change))
	}
	for _, definition := range missingKeys(g.work.schema, g.want.schema, name) {
		g.say("Removes from the table %s the constraint UNIQUE %s.", is.Name, strings.TrimPrefix(definition, "on "+name+" "))
	}

	for _, column := range is.Columns {
		old, existed := was.Column(column.Name)
		value, filled := g.fill(is, column.Name)
		switch {
		case filled:
			g.say("Rows without a value in %s.%s get %s.", is.Name, column.Name, value)
			if g.varying[Name{name, sqltext.Fold(column.Name)}] {
				g.sayVarying(is, column.Name, value, existed)
			}
		case existed && column.NotNull && !old.NotNull:
			g.say("A row with NULL in %s makes this file fail. The plan counts such rows, and --fill %[1]s=VALUE gives them a value.", Name{is.Name, column.Name})
		}
	}
	if why != "" {
		g.say("Rebuilds the table %s, because %s. Its rows are copied away and back, which writes each of them twice.", is.Name, why)
	}
}

// sayVarying says that a value may be NULL for some rows, and how to find them. After renames a database has other names.
func (g *generator) sayVarying(table *schema.Table, column, value string, existed bool) {
	condition := "(" + value + ") IS NULL"
	if existed {
		condition = bare(column) + " IS NULL AND " + condition
	}
	find := ""
	if len(g.renames) == 0 {
		find = fmt.Sprintf(" To find such rows before: SELECT * FROM %s WHERE %s.", bare(table.Name), condition)
	}
	g.say("It depends on the rows: if it is NULL for one, this file fails and changes nothing.%s", find)
}

// sentence says a change in words.
func sentence(change migrate.Change) string {
	detail := strings.NewReplacer(" generated 2", ", generated", " generated 3", ", generated and stored").Replace(change.Detail)
	subject, of, found := strings.Cut(change.What, " of ")
	switch {
	case found && change.Sign == "+":
		return fmt.Sprintf("Adds to the table %s the %s %s.", of, subject, detail)
	case found && change.Sign == "-":
		return fmt.Sprintf("Removes from the table %s the %s %s.", of, subject, detail)
	case change.Sign == "+":
		return fmt.Sprintf("Adds the %s (%s).", change.What, detail)
	case change.Sign == "-":
		return fmt.Sprintf("Drops the %s (%s), with its values.", change.What, detail)
	}
	return fmt.Sprintf("Changes the %s: %s.", change.What, detail)
}

const (
	width      = 118
	breakpoint = "--> statement-breakpoint\n"
)

// Text returns the draft as a migration file.
func (d Draft) Text() string {
	var text strings.Builder
	for _, word := range d.Words {
		text.WriteString(comment(word))
	}
	for i, statement := range d.Statements {
		if i > 0 {
			text.WriteString(breakpoint)
		}
		text.WriteString(statement + ";\n")
	}
	return text.String()
}

// comment writes a sentence as lines of comment.
func comment(sentence string) string {
	var text strings.Builder
	line := "--"
	for word := range strings.FieldsSeq(sentence) {
		if len(line)+1+len(word) > width {
			text.WriteString(line + "\n")
			line = "--  "
		}
		line += " " + word
	}
	return text.String() + line + "\n"
}
