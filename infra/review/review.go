// Package review turns the JSON of the engine and the migrations into Markdown for GitHub. Of a preview it shows which
// resources change and how, what the migrations would do, and how much the bundle grows; of a deployed stack, what differs
// from what was deployed. It knows no resource.
package review

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Preview is the part of what `pulumi preview --json` prints that is used here: see PreviewDigest in
// https://pkg.go.dev/github.com/pulumi/pulumi/pkg/v3/display.
type Preview struct {
	Steps       []Step       `json:"steps"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// Step is what would happen to one resource.
type Step struct {
	Op          string                     `json:"op"`
	URN         string                     `json:"urn"`
	DiffReasons []string                   `json:"diffReasons"`
	Detailed    map[string]json.RawMessage `json:"detailedDiff"`
}

// Diagnostic is a line that the engine or one of the program's hooks logged.
type Diagnostic struct {
	URN      string `json:"urn"`
	Message  string `json:"message"`
	Severity string `json:"severity"`
}

// Read reads a preview.
func Read(from io.Reader) (Preview, error) {
	var preview Preview
	err := json.NewDecoder(from).Decode(&preview)
	return preview, err
}

// Bundle is the size of what would be uploaded, of what the base branch has, and the most that Cloudflare's Free plan takes,
// in bytes after gzip; 0 if unknown.
type Bundle struct{ Size, Base, Limit int }

// Write writes the comment, in Markdown.
func Write(to io.Writer, stack string, preview Preview, bundle Bundle) error {
	var text strings.Builder
	changes := preview.changes()
	fmt.Fprintf(&text, "### `%s`: %s\n", stack, preview.headline(changes))
	table(&text, changes)
	preview.write(&text, "Migrations", func(d Diagnostic) bool { return strings.HasPrefix(d.Message, migrationMark) })
	preview.write(&text, "Errors", failed)
	text.WriteString(bundle.String())
	_, err := io.WriteString(to, text.String())
	return err
}

// migrationMark begins every line that the migrations log.
const migrationMark = "migrations: "

// MigrationLine returns a line of the migrations in the form in which Write recognizes it.
func MigrationLine(line string) string { return migrationMark + strings.TrimSpace(line) }

// failed reports whether a line says what stopped a preview or a refresh.
func failed(d Diagnostic) bool { return d.Severity == "error" }

// headline counts the changes, the gravest first, or says that the preview was stopped.
func (p Preview) headline(changes []Step) string {
	if slices.ContainsFunc(p.Diagnostics, failed) {
		return "refused :no_entry:"
	}

	count := map[string]int{}
	for _, step := range changes {
		count[step.Op]++
	}
	var parts []string
	for _, op := range []string{"delete", "replace", "create", "update", "import"} {
		if n := count[op]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n, op))
		}
	}
	if len(parts) == 0 {
		return "no change"
	}
	return strings.Join(parts, ", ")
}

// table writes a table of the changes, if there are any.
func table(text *strings.Builder, changes []Step) {
	if len(changes) == 0 {
		return
	}
	text.WriteString("\n| | resource | changes |\n| --- | --- | --- |\n")
	for _, step := range changes {
		fmt.Fprintf(text, "| %s | %s | %s |\n", step.mark(), step.resource(), strings.Join(step.properties(), ", "))
	}
}

// silent are the steps that change nothing, or belong to a replacement that is shown itself.
var silent = []string{"same", "read", "refresh", "create-replacement", "delete-replaced"}

// changes returns the steps that do something to a resource in the account, without the engine's own.
func (p Preview) changes() []Step {
	return slices.DeleteFunc(slices.Clone(p.Steps), func(step Step) bool {
		return slices.Contains(silent, step.Op) || strings.HasPrefix(step.kind(), "pulumi:")
	})
}

func (p Preview) write(text *strings.Builder, title string, wanted func(Diagnostic) bool) {
	var lines []string
	for _, diagnostic := range p.Diagnostics {
		if wanted(diagnostic) {
			lines = append(lines, strings.TrimSpace(strings.TrimPrefix(diagnostic.Message, migrationMark)))
		}
	}
	if len(lines) > 0 {
		fmt.Fprintf(text, "\n**%s**\n%s", title, Fence("", strings.Join(lines, "\n"), maxBlock))
	}
}

func (s Step) mark() string {
	if s.Op == "delete" || s.Op == "replace" {
		return "**" + s.Op + "** :warning:"
	}
	return word(s.Op)
}

// kind returns the resource's type, as in urn:pulumi:stack::project::type::name.
func (s Step) kind() string {
	parts := strings.Split(s.URN, "::")
	return parts[max(0, len(parts)-2)]
}

// resource returns the last word of its type, and its name.
func (s Step) resource() string {
	kind, name := s.kind(), s.URN[strings.LastIndex(s.URN, ":")+1:]
	return word(kind[strings.LastIndex(kind, ":")+1:]) + " " + span(name)
}

// properties returns the names of what differs, without values.
func (s Step) properties() []string {
	named := map[string]bool{}
	for path := range s.Detailed {
		name, _, _ := strings.Cut(path, "[")
		named[name] = true
	}
	for _, name := range s.DiffReasons {
		named[name] = true
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(named)) {
		words = append(words, word(name))
	}

	return words
}

func (b Bundle) String() string {
	if b.Size == 0 {
		return ""
	}
	text := fmt.Sprintf("\nBundle: %s after gzip, of %s on the Free plan", kilobytes(b.Size), kilobytes(b.Limit))
	if b.Base > 0 {
		text += fmt.Sprintf(" (%+.1f kB)", float64(b.Size-b.Base)/1000)
	}
	if b.Size > b.Limit {
		text += " :warning: too large for the Free plan"
	}
	return text + "\n"
}

func kilobytes(bytes int) string { return fmt.Sprintf("%.0f kB", float64(bytes)/1000) }
