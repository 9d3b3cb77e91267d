package migrations

import "embed"

// FS holds the files NNNN_what_it_does.sql. The deployment has refused anything else in the folder.
//
//go:embed *.sql
var FS embed.FS
