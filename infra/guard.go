package main

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// guardDatabase refuses to turn a protected stack's Worker to another database than it has. The engine refuses the
// replacement too; this says why, and what to do.
func guardDatabase(s settings, before, after resource.PropertyMap) error {
	old, had := boundDatabase(before)
	id, known := boundDatabase(after)
	if !s.protect || !had || known && id == old {
		return nil
	}
	return fmt.Errorf("the database %s, with all that users have, would be replaced by an empty one, because its name or account has changed; "+
		"set addreams:databaseName and addreams:accountId back (a name can't be changed later), or import another database on a stack of its own", old)
}

// guardBindings refuses to upload a Worker that would reach what is prod's, however it came by it. Settings refuse the
// same by name already; this one sees what was really bound.
func guardBindings(s settings, inputs resource.PropertyMap) error {
	if s.stack == production {
		return nil
	}
	prod := productNames(production)
	if id, known := boundDatabase(inputs); known && slices.Contains(s.productionIDs, id) {
		return fmt.Errorf("database %s is prod's: stack %s must have one of its own (addreams:databaseName, addreams:adoptDatabaseId)", id, s.stack)
	}
	if bucket, known := boundBucket(inputs); known && (bucket == prod.bucket || slices.Contains(s.productionIDs, bucket)) {
		return fmt.Errorf("bucket %s is prod's: stack %s must have one of its own (addreams:bucketName)", bucket, s.stack)
	}
	return nil
}
