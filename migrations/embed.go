// Package migrations holds the schema's history as plain SQL, one file a step, applied in the order of their names by
// package migrate. The first three are those of the TypeScript service, named as its deployments recorded them. A file
// that has landed is never edited: what comes later is a new file, and it only adds, because the old Worker goes on
// serving until the new one is uploaded.
package migrations
