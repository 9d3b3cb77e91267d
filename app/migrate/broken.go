//go:build !wasm

package migrate

import (
	"context"
	"fmt"
	"strings"
)

// judgeSchema refuses what does not compile any more.
func (p *performance) judgeSchema(ctx context.Context) error {
	problems, err := compile(ctx, p.tx, p.now)
	if err != nil {
		return err
	}
	for _, problem := range problems {
		if p.broken[problem.what] || p.mismatched(problem) {
			continue
		}
		if p.quoted(problem) {
			continue
		}
		p.refusals = append(p.refusals, Refusal{
			Breaking, p.file.Name, 0, "after it the " + problem.what + " fails: " + problem.message, advise(problem),
		})
	}
	return nil
}

// quoted refuses a view or trigger of the file that has a text in double quotes.
func (p *performance) quoted(found problem) bool {
	for _, statement := range p.file.Statements {
		if made := madeBy(statement); made == "" || key(found.what) != key(made) {
			continue
		}
		if name, text := taken(statement, found.message); text {
			p.failure.statement = statement
			p.refuseText(name)
			return true
		}
	}
	return false
}

// mismatched refuses the drop of a parent that came back without the key that its children refer to.
func (p *performance) mismatched(found problem) bool {
	if !strings.HasPrefix(found.message, "foreign key mismatch") {
		return false
	}
	mismatch := false
	for _, dropped := range p.drops {
		for _, child := range dropped.children {
			table := p.now.tables[child.present]
			if table != nil && strings.Contains(found.message, fmt.Sprintf("%q referencing", table.name)) {
				p.refuseChild(dropped, child)
				mismatch = true
			}
		}
	}
	return mismatch
}

// advise says which form works.
func advise(found problem) string {
	switch {
	case strings.HasPrefix(found.what, "table "):
		return "Make the table and the key that it refers to in the same file, or rebuild it without the reference."
	case strings.HasPrefix(found.message, "no such column"):
		return "Drop the " + found.what + " in the file before that, and create it again after it, with the columns that there are then."
	}
	return "ALTER TABLE … RENAME TO takes what refers to a table along. Make the new table under a name of its own, copy, drop the old one, " +
		"and rename the new one to the old one's name; or drop the " + found.what + " before that, and create it again after it."
}
