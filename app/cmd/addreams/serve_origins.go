package main

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/app/whatwg"
)

// checkOrigins refuses origins that no browser sends, as a deployment does: another spelling would match nothing, in silence.
func checkOrigins(list string) error {
	var corrected, faults []string
	for origin := range strings.SplitSeq(list, ",") {
		if origin = strings.TrimSpace(origin); origin == "" {
			continue
		}
		fault, right := whatwg.OriginFault(origin)
		if fault != "" {
			faults = append(faults, fmt.Sprintf("%q, which %s", origin, fault))
		}
		corrected = append(corrected, right)
	}
	if len(faults) == 0 {
		return nil
	}
	return fmt.Errorf("%s holds %s; write %s=%s", binding.TrustedOrigins, strings.Join(faults, "; and "), binding.TrustedOrigins, strings.Join(corrected, ","))
}
