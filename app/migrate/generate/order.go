package generate

import (
	"slices"

	"github.com/addreams/addreams/app/migrate/rehearse/schema"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// childrenFirst returns the tables in an order in which each comes before those that it refers to, so that dropping one
// finds no rows that refer to it. In a circle the order is that of the names.
func (g *generator) childrenFirst(tables []string) []string {
	return ordered(tables, func(table string, left []string) bool {
		return slices.ContainsFunc(g.work.schema.Children(table), func(c schema.Child) bool { return slices.Contains(left, sqltext.Fold(c.Table)) })
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
