package migrate

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/d1/dialect"
)

// conditional is a CREATE … IF NOT EXISTS or DROP … IF EXISTS: a statement that may do nothing.
type conditional struct {
	creates    bool
	kind, name string // "table", "index", "view" or "trigger"
	dialect.Statement
}

// conditionalOf reads a statement as one that may do nothing.
func conditionalOf(s dialect.Statement) (conditional, bool) {
	tokens := s.Tokens
	creates := is(tokens, "CREATE")
	if !creates && !is(tokens, "DROP") {
		return conditional{}, false
	}
	rest := drop(drop(tokens[1:], "UNIQUE"), "VIRTUAL")
	if len(rest) == 0 {
		return conditional{}, false
	}
	kind := strings.ToLower(rest[0].Text)
	switch {
	case creates && is(rest[1:], condition[:]...):
		return conditional{true, kind, name(rest[4:]), s}, true
	case !creates && is(rest[1:], "IF", "EXISTS"):
		return conditional{false, kind, name(rest[3:]), s}, true
	}
	return conditional{}, false
}

func (c conditional) String() string {
	if c.creates {
		return "CREATE " + strings.ToUpper(c.kind) + " IF NOT EXISTS " + c.name
	}
	return "DROP " + strings.ToUpper(c.kind) + " IF EXISTS " + c.name
}

// plain is the statement without its condition.
func (c conditional) plain() string {
	tokens, _ := dialect.Tokens(c.SQL) // it was split by the same
	var text strings.Builder
	removed := 0
	for _, token := range tokens {
		if removed < len(condition) && token.Is(condition[removed]) {
			removed++
			continue
		}
		text.WriteString(token.Text)
	}
	return text.String()
}

var condition = [...]string{"IF", "NOT", "EXISTS"}

func (c conditional) refusal(file File, instead string) Refusal {
	return Refusal{
		Idle, file.Name, c.Line, fmt.Sprintf("%s does nothing over the %s that the database has; %s", c, c.name, instead),
		"Change what is there by statements of its own, or write what is there; addreams db status tells what the files don't make.",
	}
}

// guessIdle names what a file would create only if nothing has the name, where something has: without a shadow it can't
// be told whether that is the same.
func (e *Effect) guessIdle(file File, surveyed target) {
	for _, statement := range file.Statements {
		may, found := conditionalOf(statement)
		if !found || !may.creates {
			continue
		}
		for _, object := range surveyed.objects {
			if key(object.name) == key(may.name) {
				e.add(Change{"~", may.kind + " " + may.name, "something is there by that name", Rebuild})
			}
		}
	}
}

// has reports whether an object of that name is there.
func (s schema) has(name string) bool {
	_, other := s.others[key(name)]
	return other || s.tables[key(name)] != nil
}

// only is a schema's table of that name, with what is unique in it.
func (s schema) only(name string) schema {
	part := schema{tables: map[string]*table{}, others: map[string]other{}}
	found := s.tables[key(name)]
	if found == nil {
		return part
	}
	part.tables[key(name)] = found
	for index, object := range s.others {
		if object.kind == "unique index" && key(object.table) == key(name) {
			part.others[index] = object
		}
	}
	return part.nameless()
}

// unlike says what the object of that name is in a schema, if it is another in the wanted one.
func unlike(name string, wanted, present schema) string {
	if object, has := present.others[key(name)]; has {
		if other, had := wanted.others[key(name)]; had && other.kind == object.kind && other.definition == object.definition {
			return ""
		}
		return "is the " + object.kind + " " + strconv.Quote(object.definition)
	}
	was, is := wanted.only(name), present.only(name)
	for index, object := range is.others {
		if _, wanted := was.others[index]; !wanted && !present.constrains(object) {
			delete(is.others, index) // an index beside the table
		}
	}
	if differences := compare(was, is); len(differences) > 0 {
		return "differs by " + strings.Join(lines(differences), ", ")
	}
	return ""
}

// constrains reports whether a unique index stands in its table's definition, as a UNIQUE constraint.
func (s schema) constrains(index other) bool {
	for name, object := range s.others {
		if strings.HasPrefix(name, "sqlite_autoindex_") && key(object.table) == key(index.table) && object.definition == index.definition {
			return true
		}
	}
	return false
}
