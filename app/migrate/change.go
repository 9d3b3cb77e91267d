package migrate

import (
	"fmt"
)

// Change is a difference between two schemas, or what a statement does to rows.
type Change struct {
	Sign   string `json:"sign"`             // "+", "~" or "-"
	What   string `json:"what"`             // "column user.image"
	Detail string `json:"detail,omitempty"` // "6 columns", "text → integer"
	Risk   Risk   `json:"risk"`
}

// withoutSign returns the change's name and details.
func (c Change) withoutSign() string { return c.String()[len(c.Sign)+1:] }

// String returns the change for a reader: "+ table generation_asset (6 columns)".
func (c Change) String() string {
	if c.Detail == "" {
		return c.Sign + " " + c.What
	}
	return c.Sign + " " + c.What + " (" + c.Detail + ")"
}

// Count returns a number with its unit: "1 row", "3 rows".
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Lines returns the changes as one text each.
func Lines(changes []Change) []string {
	texts := make([]string, len(changes))
	for i, change := range changes {
		texts[i] = change.String()
	}
	return texts
}
