//go:build !wasm

package migrations

import "embed"

// FS holds the folder: the files NNNN_what_it_does.sql, and whatever else lies there, so that the migration engine sees
// and refuses a file that it would otherwise leave out.
//
//go:embed all:*
var FS embed.FS
