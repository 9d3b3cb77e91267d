package hook

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/addreams/addreams/infra/config"
	"github.com/addreams/addreams/infra/names"
)

// guard refuses an upload that would turn the Worker to data that is not its stack's.
type guard struct {
	stack string
	config.Guard
}

func (g guard) run(hook *pulumi.ResourceHookArgs) error {
	return errors.Join(g.checkProduction(hook.NewInputs), g.checkDatabase(hook.OldInputs, hook.NewInputs))
}

// checkDatabase refuses to give a protected stack's Worker another database than it has. The engine refuses the
// replacement too; this explains it, and says what to do.
func (g guard) checkDatabase(before, after resource.PropertyMap) error {
	old, had := boundDatabase(before)
	id, known := boundDatabase(after)
	if !g.Protect || !had || known && id == old {
		return nil
	}
	return fmt.Errorf("the database %s, with all user data, would be replaced by an empty one, because its name or account has changed; "+
		"set addreams:databaseName and addreams:accountId back (a database cannot be renamed), or import another database on a stack of its own", old)
}

// checkProduction refuses to bind what is prod's. The configuration refuses the same by name; this checks what is really
// bound, however it came about.
func (g guard) checkProduction(inputs resource.PropertyMap) error {
	if g.stack == names.Production {
		return nil
	}
	if id, known := boundDatabase(inputs); known && slices.Contains(g.ProductionIDs, id) {
		return fmt.Errorf("database %s is prod's: stack %s must have its own (addreams:databaseName, addreams:adoptDatabaseId)", id, g.stack)
	}
	prod := names.Of(names.Production).Bucket
	if bucket, known := boundBucket(inputs); known && (bucket == prod || slices.Contains(g.ProductionIDs, bucket)) {
		return fmt.Errorf("bucket %s is prod's: stack %s must have its own (addreams:bucketName)", bucket, g.stack)
	}
	return nil
}
