package main

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
)

// asProgram makes the test's binary the program itself.
const asProgram = "ADDREAMS_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// program returns the command line as a program of its own.
func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	executable, err := os.Executable()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), executable, args...)
	command.Env = append(os.Environ(), asProgram+"=1")
	return command
}

// A pending migration of a wrongWorld, and what its schema.sql wants.
const (
	pending = "ALTER TABLE book ADD COLUMN pages integer;"
	wanted  = "CREATE TABLE book (\n\tid integer PRIMARY KEY,\n\tnm text,\n\tpages integer\n);\nCREATE INDEX book_nm ON book (nm);\n"
)

// wrongWorld has a SQLite file and a local stack with rows and a pending migration, and a schema.sql that wants an index more.
func wrongWorld(t *testing.T) *d1httptest.Server {
	t.Helper()
	library(t, wanted)
	server := localStack(t)
	must(t, "db", "migrate", "--sqlite", "x.sqlite", "--migrations", "migrations")
	must(t, "db", "migrate", "--local", "--migrations", "migrations")
	const rows = "INSERT INTO book (id, nm) VALUES (1, 'Emma'), (2, NULL)"
	sqliteFile(t, "x.sqlite", rows)
	_, err := d1.Query(t.Context(), server.Open(t), rows)
	require.NoError(t, err)
	write(t, "migrations/0001_pages.sql", pending)
	write(t, "text.sqlite", strings.Repeat("This is no database. ", 10))
	require.NoError(t, os.Mkdir("folder", 0o700))
	return server
}

// contents returns all that commands could change: files, and the schema, rows and ledgers of both databases.
func contents(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{
		"the file":  must(t, "db", "export", "--sqlite", "x.sqlite"),
		"the stack": must(t, "db", "export", "--local"),
	}
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path, "x.sqlite") {
			return err
		}
		found[path] = readText(t, path)
		return nil
	}))
	return found
}

// readOnly refuses what a token may not do that can only read.
func readOnly(server *d1httptest.Server) {
	writes := regexp.MustCompile(`(?i)(^|[;"\s])(insert|update|delete|replace|create|drop|alter)\s`)
	server.SetFault(func(path string, _ int, w http.ResponseWriter, run func() (int, []byte)) {
		bodies := server.Bodies()
		if strings.HasSuffix(path, "/restore") || writes.MatchString(bodies[len(bodies)-1]) {
			d1httptest.Refuse(w, http.StatusForbidden, 10000, "Authentication error")
			return
		}
		d1httptest.Write(w, run)
	})
}

// internal is what no user can make sense of.
var internal = regexp.MustCompile(`\b(l?stat|openat?|strconv|fork/exec)\b [^ ]*:|strconv\.|panic|goroutine|\.(addreams|export|schema)-\d|\*[a-z]+\.[A-Z]|%!|sqlite_master|Usage:`)

// Whatever is wrong about an input, the program says so in a sentence, fails, and has changed nothing.
func TestBadInput(t *testing.T) {
	const (
		onFile  = " --sqlite x.sqlite --migrations migrations"
		onStack = " --local --migrations migrations"
		remote  = "CLOUDFLARE_ACCOUNT_ID=a CLOUDFLARE_DATABASE_ID=d CLOUDFLARE_D1_TOKEN=" + d1httptest.Token + " CLOUDFLARE_API_HOSTNAME="
		stacks  = "#!/bin/sh\ncase \"$*\" in\n*' --stack nosuch') echo \"error: no stack named 'nosuch' found\" >&2;;\n*'output databaseId --stack new') echo 'error: current stack does not have output property' >&2;;\n" +
			"*) echo 'error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions' >&2;;\nesac\nexit 255\n"
	)
	cases := []struct {
		command, want string
		env           string
		files         map[string]string
		readOnly      bool
	}{
		// commands and flags
		{command: "nosuch", want: "there is no command addreams nosuch: addreams --help lists the commands"},
		{command: "db nosuch", want: "there is no command addreams db nosuch: addreams db --help lists the commands"},
		{command: "db generat", want: "there is no command addreams db generat: did you mean addreams db generate? addreams db --help lists the commands"},
		{command: "user nosuch", want: "there is no command addreams user nosuch: addreams user --help lists the commands"},
		{command: "provider nosuch", want: "there is no command addreams provider nosuch"},
		{command: "user show", want: "something is missing: type addreams user show USER; addreams user show --help explains it"},
		{command: "db generate a b", want: "a and b are 2 arguments: type addreams db generate NAME; addreams db generate --help explains it"},
		{command: "db status --nosuch", want: "unknown flag: --nosuch; addreams db status --help lists the flags"},
		{command: "db status --sqlite", want: "flag needs an argument: --sqlite"},
		{command: "db status x.sqlite", want: "addreams db status takes flags only, and x.sqlite is none: addreams db status --help lists them"},
		{command: "db migrate", want: "choose a database: --local, --stack NAME, --remote or --sqlite FILE"},
		{command: "db migrate --local" + onFile, want: "--sqlite and --local exclude each other: leave all but one out"},
		{command: "db studio --port x" + onFile, want: `invalid argument "x" for "--port" flag`},
		{command: "db studio --json" + onFile, want: "db studio is a page, and writes no JSON: leave --json out"},
		{command: "db export --table=" + onFile, want: "--table needs the name of a table"},
		{command: "db studio --port 70000" + onFile, want: "--port 70000 is not a valid port"},
		{command: "db generate x --check --custom", want: "--custom and --check exclude each other: leave all but one out"},
		{command: "db generate x --rename book.a.b=c", want: `"book.a.b=c" is not TABLE.OLD=NEW, as in user.nm=name; a name with . or = stands in double quotes`},
		{command: "db generate x --fill book.pages=", want: "is not TABLE.COLUMN=EXPRESSION"},
		{command: "db export --no-data --no-schema" + onFile, want: "--no-data and --no-schema exclude each other"},
		{command: "db export --json" + onFile, want: "it needs a file: add --output FILE"},
		{command: "db push --json" + onFile, want: "with --json nobody is asked, pass --yes"},
		{command: "db push" + onFile, want: "nothing was changed: answer yes, or pass --yes"},

		// files and folders
		{command: "db migrate --sqlite folder", want: "folder is a folder: name the SQLite file in it"},
		{command: "db migrate --sqlite none/x.sqlite", want: "there is no folder none for none/x.sqlite"},
		{command: "db plan --sqlite none/x.sqlite", want: "there is no folder none for none/x.sqlite"},
		{command: "db migrate --sqlite text.sqlite", want: "open SQLite database text.sqlite: file is not a database"},
		{command: "db push --yes --sqlite none.sqlite", want: "none.sqlite does not exist"},
		{command: "db pull --sqlite none.sqlite", want: "none.sqlite does not exist"},
		{command: "db export --sqlite none.sqlite", want: "none.sqlite does not exist"},
		{command: "db seed --sqlite none.sqlite", want: "none.sqlite does not exist"},
		{command: "db studio --sqlite none.sqlite", want: "none.sqlite does not exist"},
		{command: "db baseline --sqlite none.sqlite", want: "none.sqlite does not exist"},
		{command: "db migrate --sqlite new.sqlite --migrations none", want: "there is no folder none: run it in the checkout, or name the folder with --migrations"},
		{command: "db status --sqlite x.sqlite --migrations none", want: "there is no folder none"},
		{command: "db push --yes --sqlite x.sqlite --migrations none --schema migrations/schema.sql", want: "there is no folder none"},
		{command: "db migrate --sqlite x.sqlite --migrations migrations/schema.sql", want: "migrations/schema.sql is not a folder"},
		{command: "db export --output folder" + onFile, want: "write folder: it is a folder"},
		{command: "db export --output x.sqlite" + onFile, want: "write x.sqlite: it is a SQLite database, which would be lost: choose another name"},
		{command: "db export --output /dev/null" + onFile, want: "write /dev/null: it is not a file"},
		{command: "db export --output= " + onFile, want: "--output needs the name of a file, or - for the standard output"},
		{command: "db pull --schema x.sqlite" + onFile, want: "x.sqlite"},
		{command: "db export --output none/x.sql" + onFile, want: "write none/x.sql: no such file or directory"},
		{command: "db pull --schema none/schema.sql" + onFile, want: "write none/schema.sql: no such file or directory"},
		{command: "db pull --schema folder" + onFile, want: "folder: is a directory"},
		{command: "db push --yes --schema none.sql" + onFile, want: "there is no none.sql"},

		// names
		{command: "db migrate --allow nosuch.sql" + onFile, want: "--allow nosuch.sql: there is no migration of that name"},
		{command: "db baseline --through nosuch" + onFile, want: "--through nosuch: there is no migration of that name"},
		{command: "db baseline --through 0001_pages.sql" + onFile, want: "nothing was recorded"},
		{command: "db export --table nosuch" + onFile, want: "there is no table nosuch"},
		{command: "db generate Pages!", want: "can't be the name of a migration"},
		{command: "db generate x --drop film", want: "--drop film: there is no table film"},
		{command: "db push --yes --rename film.a=b" + onFile, want: "--rename film.a=b: there is no table film"},
		{command: "db restore --bookmark b --yes" + onFile, want: "a SQLite file has no Time Travel"},
		{command: "db migrate --stack nosuch", want: "there is no stack nosuch: pulumi stack ls lists those that there are", env: "CLOUDFLARE_API_TOKEN=t", files: map[string]string{"bin/pulumi": stacks}},
		{command: "db push --yes --stack nosuch", want: "there is no stack nosuch", files: map[string]string{"bin/pulumi": stacks}},
		{command: "db migrate --stack new", want: "the stack new has no database yet: pulumi up --stack new makes it", env: "CLOUDFLARE_API_TOKEN=t", files: map[string]string{"bin/pulumi": stacks}},
		{command: "db push --yes --stack dev", want: "pulumi can't answer about the stack dev: PULUMI_ACCESS_TOKEN must be set for login", files: map[string]string{"bin/pulumi": stacks}},
		{command: "db push --yes --stack dev", want: "the stack dev is known to Pulumi alone, which can't be run: install it, or run make up once", env: "PATH="},
		{command: "db status --stack dev", want: "set CLOUDFLARE_API_TOKEN to a token with the permission D1:Edit"},
		{command: "db push --yes --stack prod", want: "db push is never for prod"},
		{command: "db push --yes --remote", want: "db push is for development databases"},
		{command: "db seed --remote", want: "db seed is for local and preview databases"},

		// databases that can't be reached
		{command: "db migrate --remote", want: "set CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_DATABASE_ID, CLOUDFLARE_D1_TOKEN in .env"},
		{command: "db migrate --remote", want: "no answer from Cloudflare's API", env: remote + "127.0.0.1:1"},
		{command: "db studio --port 0 --remote", want: "D1 database d can't be read: no answer from Cloudflare's API", env: remote + "127.0.0.1:1"},
		{command: "db export --remote --output x.sql", want: "no answer from Cloudflare's API", env: remote + "127.0.0.1:1"},
		{command: "db status --remote", want: "the file .env can't be read as NAME=value lines", files: map[string]string{".env": "A='" + d1httptest.Token}},

		// a token that may only read
		{command: "db migrate" + onStack, want: "Check the API token: it needs the permission D1:Edit", readOnly: true},
		{command: "db push --yes" + onStack, want: "Check the API token: it needs the permission D1:Edit", readOnly: true},
		{command: "db baseline --through 0001_pages" + onStack, want: "nothing was recorded", readOnly: true},
		{command: "db restore --bookmark b --yes" + onStack, want: "Check the API token: it needs the permission D1:Edit", readOnly: true},

		// files with errors
		{command: "db generate x", want: "schema.sql line 2: KEE is not understood here; expected KEY", files: map[string]string{"migrations/schema.sql": "CREATE TABLE book (\n\tid integer PRIMARY KEE\n);"}},
		{command: "db generate --check", want: "schema.sql line 2: a string that starts with ' has no end", files: map[string]string{"migrations/schema.sql": "CREATE TABLE book (\n\tnm text DEFAULT 'x\n);"}},
		{command: "db generate x", want: "schema.sql line 3: the foreign key (book_id) of the table page to book can't work: book has no column isbn", files: map[string]string{"migrations/schema.sql": "CREATE TABLE book (id integer PRIMARY KEY);\nCREATE TABLE page (id integer,\n\tbook_id integer REFERENCES book (isbn)\n);"}},
		{command: "db push --yes" + onFile, want: "addreams: schema.sql line 1: the foreign key (nm) of the table book to film can't work: there is no table film\n", files: map[string]string{"migrations/schema.sql": "CREATE TABLE book (id integer PRIMARY KEY, nm text REFERENCES film);\nCREATE TABLE other (id);\nCREATE TRIGGER t AFTER INSERT ON other BEGIN INSERT INTO book VALUES (1, 'x'); END;"}},
		{command: "db generate x --fill book.pages=nope", want: "--fill book.pages=nope: no such column: nope\nThe value is an SQL expression: a constant, as in 'free'; columns that the row of book has", files: map[string]string{"migrations/schema.sql": wanted + "-- pages is pending", "migrations/0001_pages.sql": "CREATE TABLE other (id);"}},
		{command: "db push --yes" + onFile, want: "schema.sql line 3: ) is not understood here; expected a name", files: map[string]string{"migrations/schema.sql": "CREATE TABLE book (\n\tid integer,\n);"}},
		{command: "db pull" + onFile, want: "schema.sql line 1: expected CREATE TABLE", files: map[string]string{"migrations/schema.sql": "CREATE TABEL x;"}},
		{command: "db migrate" + onFile, want: "0001_pages.sql", files: map[string]string{"migrations/0001_pages.sql": "ALTER TABLE film ADD COLUMN pages integer;"}},
		{command: "db plan" + onFile, want: "the migrations can't be applied as they are; nothing has changed", files: map[string]string{"migrations/0000_book.sql": "CREATE TABLE book (id);"}},
		{command: "db migrate" + onStack, want: "0000_book.sql", files: map[string]string{"migrations/0000_book.sql": "CREATE TABLE book (id);"}},
		{command: "db migrate" + onFile, want: "name it NNNN_what_it_does.sql", files: map[string]string{"migrations/other.sql": "SELECT 1;"}},
		{command: "db generate x", want: "there is no statement in it", files: map[string]string{"migrations/0001_pages.sql": "-- later"}},
		{command: "db migrate" + onFile, want: "0001_pages.sql is destructive", files: map[string]string{"migrations/0001_pages.sql": "DROP TABLE book;"}},
		{command: "db push --yes" + onStack, want: "1 row of book without nm, which becomes NOT NULL", files: map[string]string{"migrations/schema.sql": strings.Replace(shelf, "nm text", "nm text NOT NULL", 1)}},
		{command: "db seed" + onStack, want: "lacks migrations"},
	}
	for _, c := range cases {
		t.Run(c.command, func(t *testing.T) {
			server := wrongWorld(t)
			for name, text := range c.files {
				write(t, name, text)
			}
			before := contents(t)
			if c.readOnly {
				readOnly(server)
			}
			command := program(t, strings.Fields(c.command)...)
			if c.files["bin/pulumi"] != "" {
				command.Env = append(command.Env, "PATH="+filepath.Join(mustWorkingDirectory(t), "bin")+":/bin:/usr/bin")
			}
			command.Env = append(command.Env, strings.Fields(c.env)...)

			output, err := command.CombinedOutput()

			said := string(output)
			var failed *exec.ExitError
			require.True(t, errors.As(err, &failed), said)
			assert.Equal(t, 1, failed.ExitCode())
			assert.Contains(t, said, c.want)
			assert.Contains(t, said, "addreams: ")
			assert.NotRegexp(t, internal, said)
			assert.NotContains(t, said, d1httptest.Token)
			server.SetFault(nil)
			assert.Equal(t, before, contents(t), "nothing is changed")
		})
	}
}
