package rehearse

import (
	"context"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/rehearse/advice"
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// checkSchema refuses a file after which a part of the schema no longer compiles.
func (t *trial) checkSchema(ctx context.Context) error {
	problems, err := schema.Check(ctx, t.tx, t.after)
	if err != nil {
		return err
	}

	for _, problem := range problems {
		if t.brokenBefore[problem.What] || t.refuseMismatched(problem) {
			continue
		}
		if t.refuseQuoted(problem) {
			continue
		}
		t.refuse(0, migrate.KindBreaking, "after it the "+problem.What+" fails: "+problem.Message, advice.ForProblem(problem))
	}

	return nil
}

// refuseQuoted refuses the file's view or trigger if it fails because of a string in double quotes.
func (t *trial) refuseQuoted(found schema.Problem) bool {
	for _, statement := range t.file.Statements {
		if made := createdName(statement); made == "" || !sqltext.SameName(found.What, made) {
			continue
		}
		if name, text := advice.QuotedName(statement, found.Message); text {
			t.failure.statement = statement
			t.refuseText(name)
			return true
		}
	}
	return false
}

// refuseMismatched refuses the drop of a parent that was created again without the key that its children refer to.
func (t *trial) refuseMismatched(found schema.Problem) bool {
	if !strings.HasPrefix(found.Message, "foreign key mismatch") {
		return false
	}

	mismatch := false
	for _, dropped := range t.drops {
		for _, child := range dropped.children {
			table := t.after.Tables[child.present]
			if table != nil && strings.Contains(found.Message, fmt.Sprintf("%q referencing", table.Name)) {
				t.refuseChild(dropped, child)
				mismatch = true
			}
		}
	}

	return mismatch
}

// createdName names the view or trigger that a statement creates: "view titles"; empty if it creates none.
func createdName(s d1sql.Statement) string {
	rest := sqltext.Without(s.Tokens, "CREATE")
	if len(rest) == len(s.Tokens) || !sqltext.StartsWith(rest, "VIEW") && !sqltext.StartsWith(rest, "TRIGGER") {
		return ""
	}
	return sqltext.Fold(rest[0].Text) + " " + sqltext.Name(sqltext.Without(rest[1:], "IF", "NOT", "EXISTS"))
}
