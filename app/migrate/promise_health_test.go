package migrate_test

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// What full-text tables find, and what SQLite itself finds wrong.

// fullTexts returns the names of the full-text tables, quoted.
func fullTexts(ctx context.Context, db d1.Database) ([]string, error) {
	tables, err := d1.Query(ctx, db,
		"SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE % USING fts5%' ORDER BY name")
	if err != nil {
		return nil, err
	}

	var names []string
	var name string
	err = tables.Each("the full-text tables", func() { names = append(names, quoted(name)) }, &name)
	return names, err
}

// findings returns what each full-text table finds for words that the cases use.
func findings(ctx context.Context, db d1.Database) (map[string][]string, error) {
	names, err := fullTexts(ctx, db)
	if err != nil {
		return nil, err
	}

	found := map[string][]string{}
	for _, name := range names {
		result, err := d1.Query(ctx, db, fmt.Sprintf("SELECT * FROM %s WHERE %s MATCH 'a OR b OR shoes OR k1'", name, name))
		var refused *d1.Error
		if err != nil && !errors.As(err, &refused) {
			return nil, err
		}
		for _, row := range result.Rows {
			found[name] = append(found[name], fmt.Sprint(row...))
		}
	}

	return found, nil
}

// ill returns what SQLite itself finds wrong with a database: rows that refer to nothing, and rows that break a constraint.
func ill(ctx context.Context, db d1.Database) string {
	var found []string
	for _, check := range []string{"PRAGMA foreign_key_check", "PRAGMA quick_check"} {
		result, err := d1.Query(ctx, db, check)
		if err != nil {
			found = append(found, err.Error())
		}
		for _, row := range result.Rows {
			if text := fmt.Sprint(row...); text != "ok" {
				found = append(found, text)
			}
		}
	}

	texts, err := fullTexts(ctx, db)
	if err != nil {
		found = append(found, err.Error())
	}

	for _, name := range texts {
		message, err := refusalOf(ctx, db, fmt.Sprintf("INSERT INTO %s (%s, rank) VALUES ('integrity-check', 1)", name, name))
		if message != "" || err != nil {
			found = append(found, fmt.Sprint(name, message, err))
		}
	}

	return strings.Join(found, ", ")
}
