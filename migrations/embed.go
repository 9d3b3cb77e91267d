// Package migrations holds the schema's history as plain SQL, one file per step, which package migrate applies in the order
// of their names. The first three are those of the TypeScript service, named as its deployments recorded them. A file that
// has landed is never edited: later changes go into new files, and these only add, because the old Worker keeps serving
// until the new one is uploaded. Beside them is schema.sql, the schema that they make, from which the next one is written.
package migrations
