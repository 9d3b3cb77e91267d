package schema

import (
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Has reports whether there is an object of that name.
func (s Schema) Has(name string) bool {
	_, other := s.Objects[sqltext.Fold(name)]
	return other || s.Tables[sqltext.Fold(name)] != nil
}

// subset returns the part of the schema that is the table and its unique indexes.
func (s Schema) subset(name string) Schema {
	part := Schema{Tables: map[string]*Table{}, Objects: map[string]Object{}}
	found := s.Tables[sqltext.Fold(name)]
	if found == nil {
		return part
	}
	part.Tables[sqltext.Fold(name)] = found
	for index, object := range s.Objects {
		if object.Kind == "unique index" && sqltext.SameName(object.Table, name) {
			part.Objects[index] = object
		}
	}
	return part.WithoutIndexNames()
}

// Difference says how the object of that name differs from the wanted one; empty if they are equal.
func Difference(name string, wanted, present Schema) string {
	if object, has := present.Objects[sqltext.Fold(name)]; has {
		if other, had := wanted.Objects[sqltext.Fold(name)]; had && other.Kind == object.Kind && other.Definition == object.Definition {
			return ""
		}
		return "is the " + object.Kind + " " + strconv.Quote(object.Definition)
	}

	was, is := wanted.subset(name), present.subset(name)
	for index, object := range is.Objects {
		if _, wanted := was.Objects[index]; !wanted && !present.isConstraint(object) {
			delete(is.Objects, index) // an index beside the table
		}
	}
	differences := Compare(was, is)
	if had, has := was.Tables[sqltext.Fold(name)], is.Tables[sqltext.Fold(name)]; had != nil && has != nil {
		differences = append(differences, CompareOrder(had, has)...)
	}
	if len(differences) > 0 {
		return "differs by " + strings.Join(migrate.Lines(differences), ", ")
	}

	return ""
}

// isConstraint reports whether a unique index is also a UNIQUE constraint of its table.
func (s Schema) isConstraint(index Object) bool {
	for name, object := range s.Objects {
		if strings.HasPrefix(name, "sqlite_autoindex_") && sqltext.SameName(object.Table, index.Table) && object.Definition == index.Definition {
			return true
		}
	}
	return false
}
