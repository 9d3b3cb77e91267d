//go:build !wasm

package migrations

import "embed"

// FS holds the whole folder: the files NNNN_what_it_does.sql, and everything else, so that the migration engine sees and
// refuses a file that it would otherwise leave out.
//
//go:embed all:*
var FS embed.FS
