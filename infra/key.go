package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// checkKeys refuses a key that nothing has read: a misspelt setting would be left out in silence. The engine's library
// lists no keys, so they are read where it reads them itself; called last.
func checkKeys(r *reader) {
	var configured map[string]string
	if err := json.Unmarshal([]byte(os.Getenv(pulumi.EnvConfig)), &configured); err != nil {
		return
	}
	for full := range configured {
		if key, ours := strings.CutPrefix(full, namespace); ours && !r.asked[key] {
			r.problems = append(r.problems, fmt.Errorf("%s is no setting: Pulumi.yaml lists them\n      pulumi config rm %[1]s", full))
		}
	}
}
