package config

import (
	"fmt"

	"github.com/addreams/addreams/app/dotenv"
	"github.com/addreams/addreams/infra/names"
)

// readSecretsFile reads the file that gives stack local its bindings instead of the configuration, so that a checkout needs
// no encrypted settings.
func (r *reader) readSecretsFile() {
	const key = "secretsFile"
	path := r.text(key)
	if path == "" {
		return
	}
	remove := "pulumi config rm " + Namespace + key
	if r.ctx.Stack() != names.Local {
		r.report(Namespace+key+" is for stack local only", remove)
		return
	}

	file, err := dotenv.Read(path)
	if err != nil {
		r.report(fmt.Sprintf("%s%s cannot be read: %v", Namespace, key, err), remove)
	}
	r.file = file
}
