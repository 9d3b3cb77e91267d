package dotenv

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Format writes values as a file from which Parse and dotenv read the same values. It fails if a value has every kind of quote
// and also needs quotes.
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
		return nil, errors.New("these values cannot be written to one file of NAME=value lines")
	}
	return content, nil
}

// assignment returns the first form of a line that reads back as the value.
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
