package migrations

import "embed"

// FS holds the files NNNN_what_it_does.sql, and NNNN_what_it_does.safe beside some of them. The deployment has refused
// everything else in the folder.
//
//go:embed [0-9]*.sql *.safe
var FS embed.FS
