package migrate

import (
	"fmt"
	"sort"
)

// Change is one thing that differs between two schemas, or that a statement does to rows.
type Change struct {
	Sign   string `json:"sign"`             // "+", "~" or "-"
	What   string `json:"what"`             // "column user.image"
	Detail string `json:"detail,omitempty"` // "6 columns", "text → integer"
	Risk   Risk   `json:"risk"`
}

// unsigned is the change's name and its details.
func (c Change) unsigned() string { return c.String()[len(c.Sign)+1:] }

// String is the change as a person reads it: "+ table generation_asset (6 columns)".
func (c Change) String() string {
	if c.Detail == "" {
		return c.Sign + " " + c.What
	}
	return c.Sign + " " + c.What + " (" + c.Detail + ")"
}

// keys are the names of either, sorted.
func keys[V any](one, other map[string]V) []string {
	var names []string
	for name := range one {
		names = append(names, name)
	}
	for name := range other {
		if _, both := one[name]; !both {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
