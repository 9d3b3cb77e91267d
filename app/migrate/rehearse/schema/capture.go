package schema

import (
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Gain is a column that a table or view has got: where a stored object has its name, it may mean that column from now on.
type Gain struct {
	Relation, Column string // in lower case
	Renamed          bool   // another column got the name
}

func (g Gain) String() string { return g.Relation + "." + g.Column }

// ViewGains adds the columns that views get by SELECT *.
func (s Schema) ViewGains(gains []Gain) []Gain {
	for i := 0; i < len(gains); i++ { // which also looks at those that are added
		for _, name := range Names(s.Objects, nil) {
			gained := Gain{name, gains[i].Column, gains[i].Renamed}
			if view := s.Objects[name]; view.Kind == "view" && view.mentions(gains[i].Relation) && sqltext.Stars(view.tokens()) > 0 && !slices.Contains(gains, gained) {
				gains = append(gains, gained)
			}
		}
	}
	return gains
}

// tokens returns the tokens of the object's definition; none if it can't be read.
func (o Object) tokens() []d1sql.Token {
	tokens, err := sqltext.Tokens(o.sql)
	if err != nil {
		return nil
	}
	return tokens
}

func (o Object) mentions(relation string) bool {
	itself := o.Kind == "view" && sqltext.Fold(o.Name) == relation // a trigger may have the name of a table
	return !itself && (sqltext.Fold(o.Table) == relation || sqltext.Mentions(o.tokens(), relation))
}

// Suspicion is how an object may take a new column for something else.
type Suspicion int

// The suspicions.
const (
	Clean      Suspicion = iota
	MayRead              // it has the name: what it is compiled to shows whether it reads the column
	Joins                // it joins by the column
	TakesAll             // by SELECT *, in a way that makes a difference
	TakesAText           // a name in double quotes was a text
	HidesAName           // every statement may have the name: rowid, true, false
)

// Suspect returns how a view or trigger may take the column for something else. Columns returns those of a table or view.
func (o Object) Suspect(g Gain, columns func(relation string) []string) Suspicion {
	tokens := o.tokens()
	if !o.mentions(g.Relation) {
		return Clean
	}

	named := sqltext.Mentions(tokens, g.Column)
	stars := sqltext.Stars(tokens)
	switch {
	case sqltext.JoinsBy(tokens, g.Column), sqltext.Has(tokens, "NATURAL") && (named || o.joinsNaturally(g, tokens, columns)):
		return Joins
	case g.Renamed: // it reads the column anyway
		if named && unqualified(tokens, g.Column) {
			return TakesAll
		}
		return Clean
	case stars > 0 && (named || o.Kind == "trigger" || sqltext.ByWidth(tokens) || o.repeatsColumn(g, columns)):
		return TakesAll
	case named:
		return MayRead
	}
	return Clean
}

// joinsNaturally reports whether another relation that the object names has the column too.
func (o Object) joinsNaturally(g Gain, tokens []d1sql.Token, columns func(string) []string) bool {
	joined, from := 0, false
	for i, token := range tokens {
		name := sqltext.Fold(token.Name())
		from = from || token.Is("FROM")
		if name != g.Relation {
			if slices.Contains(columns(name), g.Column) {
				return true
			}
			continue
		}
		if last := tokens[max(0, i-1)]; last.Is("FROM") || last.Is("JOIN") || from && last.Text == "," {
			joined++
		}
	}
	return joined > 1 // with itself
}

// repeatsColumn reports whether a view had a column of that name before: the new one takes the name, and the old one gets
// another.
func (o Object) repeatsColumn(g Gain, columns func(string) []string) bool {
	return slices.ContainsFunc(columns(sqltext.Fold(o.Name)), func(name string) bool { return strings.HasPrefix(name, g.Column+":") })
}

// unqualified reports whether the name stands without a table's name before it.
func unqualified(tokens []d1sql.Token, name string) bool {
	for i := range tokens {
		if sqltext.Mentions(tokens[i:i+1], name) && (i == 0 || tokens[i-1].Text != ".") {
			return true
		}
	}
	return false
}

// SuspectOwn returns the constraint or index of a table that takes the column for something else, and how.
func (s Schema) SuspectOwn(was, is *Table, g Gain) (what string, how Suspicion) {
	if tokens, err := sqltext.Tokens(was.sql); err == nil && !was.Virtual && sqltext.QuotedInExpressions(tokens, g.Column) {
		return "constraint of " + is.Name, TakesAText
	}
	for _, name := range Names(s.Objects, nil) {
		index := s.Objects[name]
		if strings.HasSuffix(index.Kind, "index") && sqltext.SameName(index.Table, is.Name) && sqltext.QuotedInExpressions(index.tokens(), g.Column) {
			return index.Kind + " " + index.Name, TakesAText
		}
	}
	if sqltext.HidesName(g.Column, is.WithoutRowid()) {
		return "column " + is.Name + "." + g.Column, HidesAName
	}
	return "", Clean
}

// TakesPlaces reports whether an object depends on the order of a relation's columns: it selects * from it, or inserts into
// it without a list of columns.
func (o Object) TakesPlaces(relation string) bool {
	tokens := o.tokens()
	if !o.mentions(relation) {
		return false
	}
	if o.Kind == "trigger" {
		return sqltext.Stars(tokens) > 0 || slices.ContainsFunc(writes(tokens), func(w write) bool {
			_, all := columnsGiven(w.to)
			return w.inserts && all && sqltext.Fold(sqltext.Name(w.to)) == relation
		})
	}
	as := slices.IndexFunc(tokens, func(token d1sql.Token) bool { return token.Is("AS") })
	return o.Kind == "view" && sqltext.Stars(tokens) > 0 && (sqltext.ByWidth(tokens) || as > 0 && tokens[as-1].Text == ")")
}

// ReadersOfNumbers returns the views and triggers that use the numbers of a table's rows: "trigger log". Those that only give
// them to a full-text table over the table's content don't count: it is checked, and indexed again.
func (s Schema) ReadersOfNumbers(relations ...string) []string {
	var found []string
	for _, name := range Names(s.Objects, nil) {
		o := s.Objects[name]
		tokens := o.tokens()
		names := sqltext.Mentions(tokens, "rowid") || sqltext.Mentions(tokens, "_rowid_") || sqltext.Mentions(tokens, "oid")
		if (o.Kind == "view" || o.Kind == "trigger") && names && slices.ContainsFunc(relations, o.mentions) && !s.indexes(o, relations) {
			found = append(found, o.Kind+" "+o.Name)
		}
	}
	return found
}

// indexes reports whether a trigger writes only to full-text tables over the content of its own table.
func (s Schema) indexes(o Object, relations []string) bool {
	if o.Kind != "trigger" || !slices.Contains(relations, sqltext.Fold(o.Table)) {
		return false
	}
	return !slices.ContainsFunc(writes(o.tokens()), func(w write) bool {
		to := s.Tables[sqltext.Fold(sqltext.Name(w.to))]
		if to == nil {
			return true
		}
		of, _ := to.ExternalContent()
		return of != sqltext.Fold(o.Table)
	})
}
