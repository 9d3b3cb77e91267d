package dbstudio

import (
	"crypto/rand"
	"embed"
	"net/http"
	"strings"
)

// dist holds the page, which `make dbstudio` bundles from web/.
//
//go:embed dist
var dist embed.FS

const nonceMark = "{{nonce}}"

// protect sets the headers of every response: nothing is loaded from elsewhere, framed, sniffed or cached.
func protect(header http.Header) {
	header.Set("Content-Security-Policy", policy(""))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Cache-Control", "no-store")
}

// policy returns the Content Security Policy. CodeMirror adds style sheets at run time, and marks them with the nonce.
func policy(nonce string) string {
	styles := "'self'"
	if nonce != "" {
		styles += " 'nonce-" + nonce + "'"
	}
	return "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; style-src " + styles +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// servePage serves the embedded page.
func servePage(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.ServeFileFS(w, r, dist, "dist"+r.URL.Path)
		return
	}
	page, err := dist.ReadFile("dist/index.html")
	if err != nil {
		writeProblem(w, err)
		return
	}

	nonce := rand.Text()
	w.Header().Set("Content-Security-Policy", policy(nonce))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(strings.ReplaceAll(string(page), nonceMark, nonce))) // the browser may have gone
}
