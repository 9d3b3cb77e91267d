package migrate_test

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// The names that the property draws, ordinary ones and odd ones, and how it draws.

var plainNames = []string{"user", "item", "note", "tag", "log", "name", "owner", "title", "status", "amount", "at", "body", "rank", "code"}

var oddNames = []string{
	"order", "group", "select", "index", "values", "table", "default", "two words", `a"b`, "it's", "back`tick", "größe", "名前", "🎉",
	"search_data", "search_log", "search_config", "search_content", "search_idx", "docs_docsize", "sqlitex", "1st", "a.b", "a;b", "a--b",
	"a/*b", "a]b", "UPPER", "d1_x", "cf_KV", "new", "old", "rows", "strict", "without", "true", "x'00'", "%s", "$1", "key", "autoincrement",
}

// name draws an unused name, and a way to write it.
func (w *world) name(t *rapid.T) ident {
	names := plainNames
	if chance(t, 3, "odd") {
		names = oddNames
	}
	name := pick(t, "name", names...)
	for n := 2; w.used[strings.ToLower(name)]; n++ {
		name = fmt.Sprint(strings.TrimRight(name, "0123456789"), n)
	}
	w.used[strings.ToLower(name)] = true
	return written(t, name)
}

func written(t *rapid.T, name string) ident {
	switch style := uniform(t, 4, "style"); {
	case style == 0 && slices.Contains(plainNames, name):
		return ident{name, name}
	case style == 1:
		return ident{name, "`" + strings.ReplaceAll(name, "`", "``") + "`"}
	case style == 2 && !strings.Contains(name, "]"):
		return ident{name, "[" + name + "]"}
	}
	return ident{name, quoted(name)}
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// uniform draws a number below n, all equally often: rapid's own generators prefer small ones, for shrinking.
func uniform(t *rapid.T, n int, label string) int {
	hash := fnv.New64a()
	_, _ = hash.Write(rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, label))
	return int(hash.Sum64() % uint64(n))
}

// chance returns true in one of n cases.
func chance(t *rapid.T, n int, label string) bool { return uniform(t, n, label) == 0 }

func pick[V any](t *rapid.T, label string, values ...V) V {
	return values[uniform(t, len(values), label)]
}
