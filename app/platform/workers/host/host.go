// Package host is the JavaScript half of the Workers runtime: worker.mjs is the entry, and package bundle makes one
// module of it, Go's own wasm_exec.js, and the program.
package host

import "embed"

// Files holds the modules.
//
//go:embed *.mjs
var Files embed.FS
