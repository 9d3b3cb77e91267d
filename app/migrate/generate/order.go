package generate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// childrenFirst returns the tables in an order in which they can be dropped: each before those that it refers to, so that
// no rows refer to it. In a circle that can't be. There a table is dropped while the others that its foreign keys reach
// can still be written to, because nothing that they refer to is gone.
func (g *generator) childrenFirst(tables []string) ([]string, error) {
	order := g.dropOrder(slices.Sorted(slices.Values(tables)), &attempts{})
	if order == nil {
		return nil, fmt.Errorf("among the tables %s are some that refer to each other in a circle, with actions, so that none of them can be dropped and made again: "+
			"write the migration yourself, with db generate --custom", strings.Join(tables, ", "))
	}
	return order, nil
}

// attempts limits how many orders are tried.
type attempts struct{ made int }

// dropOrder returns an order for the tables that are left; nil if there is none.
func (g *generator) dropOrder(left []string, tried *attempts) []string {
	if len(left) == 0 {
		return []string{}
	}

	candidates := slices.Clone(left)
	slices.SortStableFunc(candidates, func(a, b string) int {
		return cmp.Compare(waiting(g.hasChildren(a, left)), waiting(g.hasChildren(b, left)))
	})

	for _, next := range candidates {
		if tried.made++; tried.made > 1000+len(g.work.schema.Tables)*10 {
			return nil
		}
		if !g.canDrop(next, left) {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(left), func(name string) bool { return name == next })
		if order := g.dropOrder(rest, tried); order != nil {
			return append([]string{next}, order...)
		}
	}

	return nil
}

func waiting(waits bool) int {
	if waits {
		return 1
	}
	return 0
}

// hasChildren reports whether one of the tables that are left refers to the table.
func (g *generator) hasChildren(table string, left []string) bool {
	return slices.ContainsFunc(g.work.schema.Children(table), func(c schema.Child) bool { return slices.Contains(left, sqltext.Fold(c.Table)) })
}

// canDrop reports whether everything is there that the tables refer to whose rows go with those of the table.
func (g *generator) canDrop(table string, left []string) bool {
	return !slices.ContainsFunc(g.carried(table, left), func(name string) bool {
		return slices.ContainsFunc(g.work.schema.Tables[name].ForeignKeys, func(key schema.ForeignKey) bool {
			to := sqltext.Fold(key.Table)
			_, rebuilt := g.rebuilt[to]
			return (rebuilt || g.want.schema.Tables[to] == nil) && !slices.Contains(left, to)
		})
	})
}

// carried returns the tables among those that are left whose rows change when the table is dropped, possibly itself.
func (g *generator) carried(table string, left []string) []string {
	var found []string
	for next := []string{table}; len(next) > 0; next = next[1:] {
		for _, name := range left {
			if !slices.Contains(found, name) && g.follows(name, next[0]) {
				found, next = append(found, name), append(next, name)
			}
		}
	}
	return found
}

// follows reports whether rows of the child change with those of the parent, which may be itself.
func (g *generator) follows(child, parent string) bool {
	return slices.ContainsFunc(g.work.schema.Tables[child].ForeignKeys, func(key schema.ForeignKey) bool {
		return sqltext.Fold(key.Table) == parent && schema.ChangesRows(key.OnDelete)
	})
}

// parentsFirst returns the tables in an order in which each comes after those that it refers to.
func (g *generator) parentsFirst(tables []string) []string {
	return ordered(tables, func(table string, left []string) bool {
		return slices.ContainsFunc(g.want.schema.Tables[table].ForeignKeys, func(key schema.ForeignKey) bool {
			return sqltext.Fold(key.Table) != table && slices.Contains(left, sqltext.Fold(key.Table))
		})
	})
}

// ordered takes the tables one by one, each when it need not wait for those that are left.
func ordered(tables []string, waits func(table string, left []string) bool) []string {
	left := slices.Sorted(slices.Values(tables))
	var order []string
	for len(left) > 0 {
		next := max(0, slices.IndexFunc(left, func(table string) bool { return !waits(table, left) }))
		order, left = append(order, left[next]), slices.Delete(slices.Clone(left), next, next+1)
	}
	return order
}
