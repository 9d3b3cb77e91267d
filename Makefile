# AdDreams from a checkout. `make up` is the beginning; `make help` lists the rest.
# Needed: Go 1.26, Node 20.11 or newer with npm, make. Ports: ADDREAMS_WORKER_PORT, ADDREAMS_API_PORT, ADDREAMS_TLS_PORT.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up dev down clean cron logs provider bundle db-generate db-push db-pull db-migrate-local db-migrate-remote db-export db-seed db-studio dbstudio plan test races contract contract-worker contract-native worker deaths client attack bench lint fmt
.PHONY: test-setup test-vet test-go test-detector test-migrate test-local test-engine test-contract test-contract-worker test-contract-native test-races test-worker test-client test-attack

DB      := --local
PROGRAM := go run ./app/cmd/addreams
STACK   := go run ./infra/cmd/stack
SOURCES := $(shell find app migrations -path app/dbstudio -prune -o \
	\( -name '*.go' -not -name '*_test.go' -o -path '*/host/*.mjs' -o -name '*.sql' -o -name '*.safe' \
	-o -path 'app/api/openapi/*.json' -o -path 'app/api/reference/*' \) -print) go.mod go.sum
NODE    := local/node_modules/.package-lock.json
CLIENT  := contract/client/node_modules/.package-lock.json
PAGE    := app/dbstudio/web/node_modules/.package-lock.json
BENCH   := bench/node_modules/.package-lock.json
LINT    := tools/node_modules/.package-lock.json
BIOME   := tools/node_modules/.bin/biome
GCI     := .local/tools/bin/gci
GO      := *.go app bench/instance contract docs infra local/localtest local/plugin migrations tools/langhost
GROUPS  := --skip-generated -s standard -s default -s "prefix(github.com/addreams/addreams)" $(GO)
# The race detector leaves out what only computes: SQLite itself, C that was translated to Go, the hashing of passwords and the
# compression of pictures. It would make them fifteen times slower, and a race there is not ours. Our adapter, the driver, and all
# that they share with SQLite stay under the detector.
QUIET   := $(addprefix -gcflags=,$(addsuffix =-race=false,modernc.org/sqlite/lib golang.org/x/crypto/scrypt compress/flate image/png))
# The packages that run something at the same time, or share it. The detector finds nothing in the others.
SHARING := ./app/api ./app/auth ./app/auth/cookie ./app/cmd/addreams ./app/d1/sqlite ./app/platform/native ./app/store ./app/studio ./app/studio/picture \
	./infra/dev ./infra/localcloud ./infra/logs
# Tests that try thousands of orders, deaths or attempts, one after another. The detector would make them five times as slow; it
# watches the same requests in the tests that send them at the same time. They run without it.
ORDERS  := ^(TestNoRace.*|TestRecoveriesAtOnce|TestCrashes|TestJobsInAnyOrder|TestOneAddressGuessesLittle|TestNobodyLocksTheOwnerOut|TestWorkersOfOthersCountAsOneAddress)$$
GOLDEN  := --compare contract/golden.json --compare contract/golden-better-auth.json

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 26

up: $(NODE) ## start or update the local stack, and say how to use it
	@echo "1/5  bundle"
	@$(MAKE) --no-print-directory bundle
	@$(STACK) up

dev: $(NODE) ## the same, and keep it up to date while sources are edited
	@echo "1/5  bundle"
	@$(STACK) dev

down: ## stop the local stack, keep its data
	@$(STACK) down

clean: ## destroy the local stack, remove its data
	@$(STACK) clean

cron: ## run the Worker's schedule now
	@$(STACK) cron

logs: ## follow the log; FLAGS="--user ID", "--request ID", "--route /api/history" choose lines, --json shows them raw
	@$(STACK) logs $(FLAGS)

provider: ## list how the sandbox can fail; FAIL=Arrearage TIMES=2 makes it fail, FAIL=none ends that
	@$(STACK) provider $(if $(FAIL),--fail $(FAIL)) $(if $(TIMES),--times $(TIMES))

bundle: dist/worker.mjs ## build the Worker: dist/worker.mjs and dist/modules/

dist/worker.mjs: $(SOURCES)
	@echo "      building dist/worker.mjs"
	@go run ./app/cmd/addreams bundle

db-generate: ## write the migration that makes the schema what migrations/schema.sql says: NAME=what_it_does
	@$(PROGRAM) db generate $(NAME) $(FLAGS)

db-push: ## make the local database what migrations/schema.sql says, without a migration; DB="--stack NAME" chooses another
	@$(PROGRAM) db push $(DB) $(FLAGS)

db-pull: ## write migrations/schema.sql from the local database; FLAGS=--diff only shows where they differ, DB=--remote chooses another
	@$(PROGRAM) db pull $(DB) $(FLAGS)

db-migrate-local: ## apply the pending migrations to the local stack's database
	@$(PROGRAM) db migrate --local $(FLAGS)

db-migrate-remote: ## apply the pending migrations to the database that .env names
	@$(PROGRAM) db migrate --remote $(FLAGS)

db-export: ## write the local database as SQL that loads again: FILE=dump.sql; DB=--remote chooses the one that .env names
	@$(PROGRAM) db export $(DB) $(if $(FILE),--output $(FILE)) $(FLAGS)

db-seed: ## fill the local database with sample users, and say who can sign in; DB="--stack pr-NUMBER" chooses a preview's
	@$(PROGRAM) db seed $(DB) $(FLAGS)

db-studio: ## look into the local stack's database in the browser; DB=--remote chooses the one that .env names
	@$(PROGRAM) db studio $(DB) $(FLAGS)

plan: ## render what each stack declares into infra/plan/
	go test ./infra -run TestPlan -update

test: ## run every test, part by part; `make test-PART` runs one part, and prints all that it says
	@tools/parts setup vet go detector migrate contract-worker+contract-native+client races+local engine worker attack

# A test that lacks something fails, instead of being left out.
test-%: export ADDREAMS_TEST_COMPLETE = 1

test-setup: bundle $(NODE) $(PAGE) $(CLIENT) ## the bundle, the packages from npm, Chromium, the tools of Pulumi
	tools/chromium
	$(STACK) tools

test-vet: ## go vet, of both modules
	go vet ./...
	cd local/plugin && go vet .

test-go: ## the Go packages in which nothing runs at the same time
	go test -skip '$(ORDERS)' -timeout 20m $$(go list ./... | grep -v -e /infra/e2e -e /app/migrate -e /app/dbstudio -e /app/cmd/worker$$ $(SHARING:.%=-e %$$))

test-detector: ## the Go packages in which something runs at the same time, with the race detector
	go test -race $(QUIET) -skip '$(ORDERS)' -timeout 20m $(SHARING)

test-migrate: ## the migration engine and the database studio, without the race detector: they draw thousands of schemas
	go test -timeout 20m -parallel 4 ./app/migrate/... ./app/dbstudio/...

test-local: $(NODE) ## the local Cloudflare, and the stand-in for Pulumi's plugin
	cd local && npm test
	cd local/plugin && go test .

test-engine: $(NODE) ## the real Pulumi engine on the local Cloudflare, with faults
	go test -timeout 25m -parallel 4 ./infra/e2e

test-contract test-contract-worker test-contract-native test-races test-worker test-client test-attack: test-%: %

contract: contract-worker contract-native ## compare the Worker, and the native server, with what the TypeScript service answered

contract-worker: bundle $(NODE) ## compare dist/worker.mjs with what the TypeScript service and better-auth answered
	@mkdir -p .local
	node contract/harness.mjs --worker dist/worker.mjs --out .local/contract.json $(GOLDEN)

contract-native: $(NODE) ## compare the native server with the same
	@mkdir -p .local
	go build -o .local/contract-native ./contract/native
	node contract/harness.mjs --native .local/contract-native --out .local/contract-native.json $(GOLDEN)

dbstudio: $(PAGE) ## bundle the page of `addreams db studio` into app/dbstudio/dist/, which is committed
	go test ./app/dbstudio -run TestDist -update

races: ## try every interleaving of the requests that change who may get in, or end a generation, and every point where a program dies
	go test -timeout 20m -run '$(ORDERS)' ./app/api ./app/api/betterauth

worker: bundle $(NODE) $(PAGE) ## test dist/worker.mjs in workerd: deaths, failures, crowds, quotas, garbage, videos, the schedule
	node --test --test-reporter=spec --test-timeout=240000 app/cmd/worker/test/*.test.mjs

deaths: bundle $(NODE) ## kill the program 1,000 times under load, and count the requests that one death harms (ten minutes)
	DEATHS=1000 node --test --test-reporter=spec app/cmd/worker/test/deaths.test.mjs

client: bundle $(NODE) $(CLIENT) ## drive the API with the official better-auth client, in two versions, and with generated clients
	cd contract/client && npm test

attack: bundle $(NODE) ## attack dist/worker.mjs in workerd: depth, memory, CPU, forgeries, other sites, orders (six minutes)
	node --test --test-reporter=spec --test-concurrency=1 --test-timeout=600000 app/cmd/worker/attack/*.test.mjs

bench: bundle $(NODE) $(BENCH) ## measure the Worker against others, and write bench/RESULTS.md (half an hour)
	node bench/run.mjs

lint: $(LINT) .local/tools/bin/gci .local/tools/bin/staticcheck .local/tools/bin/actionlint ## check form, imports, vet, staticcheck, biome, workflows
	@test -z "$$(gofmt -l $(GO))" || { gofmt -l $(GO); exit 1; }
	@test -z "$$($(GCI) list $(GROUPS))" || { $(GCI) list $(GROUPS); echo "make fmt groups the imports of these files"; exit 1; }
	go vet ./...
	GOOS=js GOARCH=wasm go vet ./app/platform/workers/... ./app/cmd/worker
	.local/tools/bin/staticcheck ./...
	$(BIOME) check --error-on-warnings
	.local/tools/bin/actionlint

fmt: $(LINT) .local/tools/bin/gci ## format the Go and the Node code
	gofmt -w $(GO)
	$(GCI) write $(GROUPS)
	$(BIOME) check --write

.local/tools/bin/gci: tools/go.sum
	cd tools && go build -o ../$@ github.com/daixiang0/gci

.local/tools/bin/staticcheck: tools/go.sum
	cd tools && go build -o ../$@ honnef.co/go/tools/cmd/staticcheck

.local/tools/bin/actionlint: tools/go.sum
	cd tools && go build -o ../$@ github.com/rhysd/actionlint/cmd/actionlint

$(NODE): local/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || a === 20 && b >= 11 ? 0 : 1)' \
		|| { echo "Node 20.11 or newer is needed; here is $$(node --version 2>/dev/null || echo none). Install it from https://nodejs.org"; exit 1; }
	@echo "      installing the local Cloudflare's packages"
	@cd local && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(CLIENT) $(BENCH) $(LINT) $(PAGE): %/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
