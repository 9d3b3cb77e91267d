package main

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/whatwg"
)

// checkOrigins refuses origins that no browser sends, as a deployment does: another spelling would never match.
func checkOrigins(list string) error {
	origins := strings.FieldsFunc(list, func(char rune) bool { return char == ',' || char == ' ' })
	if fault, right := whatwg.OriginsFault(origins); fault != "" {
		return fmt.Errorf("%s %s; write %s=%s", binding.TrustedOrigins, fault, binding.TrustedOrigins, right)
	}
	return nil
}
