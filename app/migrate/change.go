package migrate

import (
	"fmt"
)

// Change is one thing that differs between two schemas, or that a statement does to rows.
type Change struct {
	Sign   string `json:"sign"`             // "+", "~" or "-"
	What   string `json:"what"`             // "column user.image"
	Detail string `json:"detail,omitempty"` // "6 columns", "text → integer"
	Risk   Risk   `json:"risk"`
}

// withoutSign is the change's name and its details.
func (c Change) withoutSign() string { return c.String()[len(c.Sign)+1:] }

// String is the change as a person reads it: "+ table generation_asset (6 columns)".
func (c Change) String() string {
	if c.Detail == "" {
		return c.Sign + " " + c.What
	}
	return c.Sign + " " + c.What + " (" + c.Detail + ")"
}

func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func Lines(changes []Change) []string {
	texts := make([]string, len(changes))
	for i, change := range changes {
		texts[i] = change.String()
	}
	return texts
}
