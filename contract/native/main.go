// Command native is the native server that the contract's harness runs the scenarios against: the real application on SQLite
// in memory. Outbound calls go to the harness, with the intended address in a header. A control port, for the harness alone,
// runs SQL and lists the stored objects.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"

	"github.com/addreams/addreams/app/api"
	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/sqlite"
	"github.com/addreams/addreams/app/platform/native"
)

func main() { log.Fatal(run()) }

// run serves until the process ends. It returns only if it can't serve.
func run() error {
	db, err := sqlite.Open(":memory:")
	if err != nil {
		return err
	}

	outbound, err := url.Parse(os.Getenv("CONTRACT_OUTBOUND"))
	if err != nil {
		return fmt.Errorf("CONTRACT_OUTBOUND: %w", err)
	}

	platform := native.Platform(db, os.Stderr)
	platform.HTTP, platform.Env = native.HTTPClient(redirected{to: outbound}), os.Getenv
	objects := newMemory()
	if os.Getenv("CONTRACT_NO_BUCKET") == "" {
		platform.Bucket = objects
	}

	base, err := listen(api.New(platform))
	if err != nil {
		return err
	}
	control, err := listen(controls(db, objects))
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(map[string]string{"base": base, "control": control}); err != nil {
		return err
	}
	select {}
}

// listen serves handler on a free port of the loopback and returns its address.
func listen(handler http.Handler) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go func() { log.Fatal(http.Serve(listener, handler)) }()
	return "http://" + listener.Addr().String(), nil
}

// controls handles the control port: POST /sql runs the body, POST /objects lists the bucket.
func controls(db d1.Database, objects *memory) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /sql", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		result, err := d1.Query(r.Context(), db, string(text))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_ = json.NewEncoder(w).Encode(named(result))
	})

	mux.HandleFunc("POST /objects", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(objects.list())
	})

	return mux
}

// named returns rows as D1 does: one object per row.
func named(result d1.Result) []map[string]any {
	rows := make([]map[string]any, 0, len(result.Rows))
	for _, row := range result.Rows {
		object := make(map[string]any, len(row))
		for i, column := range result.Columns {
			object[column] = row[i]
		}
		rows = append(rows, object)
	}
	return rows
}

// redirected sends every call to the harness, which answers for DashScope, Google and GitHub.
type redirected struct{ to *url.URL }

func (t redirected) RoundTrip(r *http.Request) (*http.Response, error) {
	call := r.Clone(r.Context())
	call.Header.Set("X-Outbound-Url", r.URL.String())
	call.URL, call.Host = t.to, ""
	return http.DefaultTransport.RoundTrip(call)
}
