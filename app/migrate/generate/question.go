package generate

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Question is asked about a table or column that is gone while others are new: nothing shows whether it has a new name,
// or is to be dropped.
type Question struct {
	Gone Name
	New  []string
}

// Answer is the new name; empty if what is gone is to be dropped.
type Answer = string

// Undecided is the error of questions that nobody answered.
type Undecided struct{ Questions []Question }

func (u *Undecided) Error() string {
	lines := make([]string, len(u.Questions))
	for i, question := range u.Questions {
		lines[i] = question.String()
	}
	return strings.Join(lines, "\n")
}

// String asks the question.
func (q Question) String() string {
	kind := "table "
	if q.Gone.Column != "" {
		kind = "column "
	}
	verb := " is new: is that its new name?"
	if len(q.New) > 1 {
		verb = " are new: is one of them its new name?"
	}
	return "the " + kind + q.Gone.String() + " is gone, and " + strings.Join(q.New, ", ") + verb
}

// decide returns the renames among what is gone and new, by the choices or by asking.
func (g *generator) decide(ask asking, renamed []Rename, gone []Name, fresh []string) ([]Rename, error) {
	left := slices.DeleteFunc(slices.Clone(gone), func(n Name) bool {
		return slices.ContainsFunc(renamed, func(r Rename) bool { return r.is(n) }) ||
			slices.ContainsFunc(g.input.Choices.Drops, func(drop Name) bool { return n.is(Name{g.present(drop.Table), drop.Column}) || n.is(drop) })
	})
	open := func() []string {
		return slices.DeleteFunc(slices.Clone(fresh), func(name string) bool {
			return slices.ContainsFunc(renamed, func(r Rename) bool { return sqltext.SameName(r.To, name) })
		})
	}

	var questions []Question
	for _, name := range left {
		if len(open()) == 0 {
			break
		}
		question := Question{name, open()}
		if ask == nil {
			questions = append(questions, question)
			continue
		}
		answer, err := ask(question)
		if err != nil {
			return nil, err
		}
		if answer != "" {
			renamed = append(renamed, Rename{name, answer})
		}
	}

	if len(questions) > 0 {
		return nil, &Undecided{questions}
	}
	return renamed, nil
}

// asking answers questions; nil if nobody can be asked.
type asking = func(Question) (Answer, error)

// tablesApart returns the tables that only one of the schemas has.
func tablesApart(was, is schema.Schema) (gone []Name, fresh []string) {
	for _, name := range schema.Names(was.Tables, nil) {
		if is.Tables[name] == nil && !was.Tables[name].Virtual {
			gone = append(gone, Name{Table: was.Tables[name].Name})
		}
	}
	for _, name := range schema.Names(is.Tables, nil) {
		if was.Tables[name] == nil && !is.Tables[name].Virtual {
			fresh = append(fresh, is.Tables[name].Name)
		}
	}
	return gone, fresh
}

// columnsApart returns the columns that only one of the tables has. Generated ones have no values to lose.
func columnsApart(was, is *schema.Table) (gone []Name, fresh []string) {
	for _, column := range was.Columns {
		if !is.Has(column.Name) && column.Hidden == 0 {
			gone = append(gone, Name{is.Name, column.Name})
		}
	}
	for _, column := range is.Columns {
		if !was.Has(column.Name) && column.Hidden == 0 {
			fresh = append(fresh, column.Name)
		}
	}
	return gone, fresh
}
