//go:build !wasm

package migrate

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// judgeChecks finds the new CHECKs of new columns that a row breaks which doesn't know the columns.
func (p *performance) judgeChecks(ctx context.Context) error {
	for _, survivor := range p.survivors {
		was, is := p.before.tables[survivor.old], p.now.tables[survivor.present]
		for _, clause := range is.clauses {
			if !clause.check() || slices.Contains(was.clauses, clause) || clause.gain(was) != Additive {
				continue
			}
			broken, err := p.breaks(ctx, clause, is)
			if err != nil {
				return err
			}
			if broken {
				p.effect.worsen("constraint of "+is.name, clause.text)
			}
		}
	}
	return nil
}

// breaks reports whether a row with nothing but defaults breaks the CHECK, or may: a generated column's value depends.
func (p *performance) breaks(ctx context.Context, check clause, of *table) (bool, error) {
	var terms []string
	for _, word := range words(check.text) {
		column, found := of.column(word)
		switch {
		case !found && (word == "rowid" || word == "_rowid_" || word == "oid"):
			return true, nil
		case !found:
			continue
		case column.generated(), word == "true", word == "false": // no query names a column so
			return true, nil
		}
		value := "NULL"
		if column.fallback != "" {
			value = "(" + column.fallback + ")"
		}
		terms = append(terms, value+" AS "+quote(column.name))
	}
	if len(terms) == 0 {
		return true, nil // it is about no column
	}
	result, err := d1.Query(ctx, p.tx, "SELECT coalesce("+strings.TrimPrefix(check.text, "check ")+", 1) AS kept FROM (SELECT "+strings.Join(terms, ", ")+")")
	var refused *d1.Error
	if errors.As(err, &refused) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return !result.Rows[0].Bool(0), nil
}
