module github.com/addreams/addreams/bench/instance

go 1.26.0

require (
	github.com/addreams/addreams v0.0.0
	github.com/syumai/workers v0.32.0
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/rs/zerolog v1.35.1 // indirect
	github.com/uptrace/bunrouter v1.0.23 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/oauth2 v0.37.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

tool github.com/syumai/workers/cmd/workers-assets-gen

replace github.com/addreams/addreams => ../..
