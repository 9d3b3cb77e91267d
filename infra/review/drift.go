package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/addreams/addreams/app/migrate"
)

// Schema is the part of what `addreams db status --json` prints that is used here.
type Schema struct {
	Refusals []migrate.Refusal `json:"refusals"`
	Drift    []migrate.Change  `json:"drift"`
	unread   bool
}

// ReadSchema reads a status. It is empty if the database could not be reached.
func ReadSchema(from io.Reader) (Schema, error) {
	var schema Schema
	err := json.NewDecoder(from).Decode(&schema)
	if errors.Is(err, io.EOF) {
		return Schema{unread: true}, nil
	}
	return schema, err
}

// Drift returns in Markdown what a refresh found changed outside of Pulumi, what part of the schema no migration made, and
// what kept either from being found. "" means that the stack is as it was deployed.
func Drift(refresh Preview, schema Schema) string {
	var text strings.Builder
	table(&text, refresh.changes())
	refresh.write(&text, "Errors", failed)
	if schema.unread {
		text.WriteString("\n**Schema**: it could not be read; see the log of the run.\n")
	}

	var lines []string
	for _, change := range schema.Drift {
		lines = append(lines, change.String())
	}
	for _, refusal := range schema.Refusals {
		lines = append(lines, refusal.String())
	}
	if len(lines) > 0 {
		fmt.Fprintf(&text, "\n**Schema: what no applied migration accounts for**\n%s", Fence("", strings.Join(lines, "\n"), maxBlock))
	}
	return text.String()
}
