package generate

import (
	"cmp"
	"slices"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// childrenFirst returns the tables in an order in which they can be dropped: each before those that it refers to, so that
// no rows refer to it. In a circle that can't be. There a table is dropped while the others that its foreign keys reach
// can still be written to, because nothing that they refer to is gone.
func (g *generator) childrenFirst(tables []string) []string {
	sorted := slices.Sorted(slices.Values(tables))
	if order := g.dropOrder(sorted, &attempts{}); order != nil {
		return order
	}
	return ordered(sorted, g.hasChildren)
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
	reached := []string{table}
	for i := 0; i < len(reached); i++ {
		for _, child := range g.work.schema.Children(reached[i]) {
			key := sqltext.Fold(child.Table)
			if schema.ChangesRows(child.OnDelete) && slices.Contains(left, key) && !slices.Contains(reached, key) {
				reached = append(reached, key)
			}
		}
	}
	return !slices.ContainsFunc(reached[1:], func(name string) bool {
		return slices.ContainsFunc(g.work.schema.Tables[name].ForeignKeys, func(key schema.ForeignKey) bool {
			to := sqltext.Fold(key.Table)
			_, rebuilt := g.rebuilt[to]
			return (rebuilt || g.want.schema.Tables[to] == nil) && !slices.Contains(left, to)
		})
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
