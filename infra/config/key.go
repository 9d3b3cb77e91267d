package config

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// retired are keys that no longer have an effect. A stack's file that still has one is left in peace.
var retired = map[string]bool{
	"adoptScript": true, // a Worker is taken over with `pulumi import`: see hook.adoption
}

// checkKeys refuses a key that nothing has read, because a misspelt setting would be ignored silently. The engine's
// library lists no keys, so this reads them where the library does. It must be called last.
func checkKeys(r *reader) {
	var configured map[string]string
	if err := json.Unmarshal([]byte(os.Getenv(pulumi.EnvConfig)), &configured); err != nil {
		return
	}
	for full := range configured {
		if key, ours := strings.CutPrefix(full, Namespace); ours && !r.asked[key] && !retired[key] {
			r.report(full+" is not a setting: Pulumi.yaml lists them", "pulumi config rm "+full)
		}
	}
}
