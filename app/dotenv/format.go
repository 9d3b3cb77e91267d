package dotenv

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Format writes values as a file that Parse, and dotenv, read back as they are. It fails if a value holds every kind of
// quote together with what needs quotes.
func Format(values map[string]string) ([]byte, error) {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		written, err := assignment(name, values[name])
		if err != nil {
			return nil, err
		}
		text.WriteString(written)
	}

	content := []byte(text.String())
	back, err := Parse(content)
	if err != nil || !maps.Equal(back, values) {
		return nil, errors.New("these values cannot stand together in one file of NAME=value lines")
	}
	return content, nil
}

// assignment is the first form of a line that reads back as the value.
func assignment(name, value string) (string, error) {
	escaped := strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(value)
	for _, form := range []string{"'" + value + "'", "`" + value + "`", `"` + value + `"`, `"` + escaped + `"`, value} {
		written := name + "=" + form + "\n"
		back, err := Parse([]byte(written))
		if err == nil && len(back) == 1 && back[name] == value {
			return written, nil
		}
	}
	return "", fmt.Errorf("the value of %s cannot be written as NAME=value", name)
}
