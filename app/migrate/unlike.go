//go:build !wasm

package migrate

import (
	"strconv"
	"strings"
)

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
