package binding

import "strings"

// List returns the items of a value that is a comma-separated list: trimmed, without empty ones.
func List(value string) []string {
	var items []string
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
