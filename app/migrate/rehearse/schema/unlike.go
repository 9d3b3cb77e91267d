package schema

import (
	"strconv"
	"strings"

	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// Has reports whether an object of that name is there.
func (s Schema) Has(name string) bool {
	_, other := s.Objects[sqltext.Fold(name)]
	return other || s.Tables[sqltext.Fold(name)] != nil
}

// subset is a schema's table of that name, with what is unique in it.
func (s Schema) subset(name string) Schema {
	part := Schema{Tables: map[string]*Table{}, Objects: map[string]Object{}}
	found := s.Tables[sqltext.Fold(name)]
	if found == nil {
		return part
	}
	part.Tables[sqltext.Fold(name)] = found
	for index, object := range s.Objects {
		if object.Kind == "unique index" && sqltext.Fold(object.Table) == sqltext.Fold(name) {
			part.Objects[index] = object
		}
	}
	return part.WithoutIndexNames()
}

// Difference says what the object of that name is in a schema, if it is another in the wanted one.
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
	if differences := Compare(was, is); len(differences) > 0 {
		return "differs by " + strings.Join(migrate.Lines(differences), ", ")
	}
	return ""
}

// isConstraint reports whether a unique index stands in its table's definition, as a UNIQUE constraint.
func (s Schema) isConstraint(index Object) bool {
	for name, object := range s.Objects {
		if strings.HasPrefix(name, "sqlite_autoindex_") && sqltext.Fold(object.Table) == sqltext.Fold(index.Table) && object.Definition == index.Definition {
			return true
		}
	}
	return false
}
