package generate

import (
	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// differences names what is not equal in effect.
func differences(was, is schema.Schema) []string {
	var found []string
	for _, name := range schema.Names(was.Tables, is.Tables) {
		if old, now := was.Tables[name], is.Tables[name]; old == nil || now == nil {
			found = append(found, "the table "+name)
		} else if !sameTable(was, is, name) || !sameKeys(was, is, name) {
			found = append(found, "the table "+now.Name)
		}
	}

	for _, object := range staleObjects(was, is) {
		found = append(found, "the "+object.Kind+" "+object.Name)
	}
	for _, object := range staleObjects(is, was) {
		found = append(found, "the "+object.Kind+" "+object.Name)
	}
	return found
}

// sameTable reports whether a table is equal in effect, apart from what is unique.
func sameTable(was, is schema.Schema, name string) bool {
	return len(schema.CompareTable(was.Tables[name], is.Tables[name])) == 0
}

// sameKeys reports whether the same is unique in a table, be it by a constraint or by an index.
func sameKeys(was, is schema.Schema, name string) bool {
	return len(missingKeys(was, is, name)) == 0 && len(missingKeys(is, was, name)) == 0
}

// missingKeys returns the definitions of UNIQUE constraints that the other schema enforces in no way.
func missingKeys(of, in schema.Schema, table string) []string {
	there := uniqueIndexes(in, table)
	var missing []string
	for _, definition := range schema.Names(keys(of, table), nil) {
		if !keys(in, table)[definition] && !there[definition] {
			missing = append(missing, definition)
		}
	}
	return missing
}

// staleObjects returns the indexes, views and triggers that the other schema has not, or has another in their place.
// A unique index is there too if a constraint does the same.
func staleObjects(of, in schema.Schema) []schema.Object {
	var stale []schema.Object
	for _, object := range named(of) {
		now, there := in.Objects[sqltext.Fold(object.Name)]
		if there && sameObject(object, now) || object.Kind == "unique index" && keys(in, sqltext.Fold(object.Table))[object.Definition] {
			continue
		}
		stale = append(stale, object)
	}
	return stale
}

func sameObject(a, b schema.Object) bool {
	return a.Kind == b.Kind && sqltext.SameName(a.Table, b.Table) && a.Definition == b.Definition
}
