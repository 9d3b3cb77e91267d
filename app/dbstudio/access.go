package dbstudio

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"sync"
)

// access decides who may reach the studio: only the browser that opened its address first, and only from its own pages.
type access struct {
	address string // the only Host
	secret  string // in the address; valid once
	session string // in that browser's cookie
	cookie  string // its name, which includes the port, since cookies are shared between ports

	mu   sync.Mutex
	used bool
}

func newAccess(address string) *access {
	_, port, _ := net.SplitHostPort(address)
	return &access{address: address, secret: rand.Text(), session: rand.Text(), cookie: "addreams-studio-" + port}
}

// admit reports whether a request is allowed. If it is not, admit has answered it.
func (a *access) admit(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	switch {
	case r.Host != a.address:
		refuse(w, r, http.StatusMisdirectedRequest, "This is not the address that the studio was started at.")
	case origin != "" && origin != "http://"+a.address:
		refuse(w, r, http.StatusForbidden, "Another site asked for this.")
	case origin == "" && r.Method != http.MethodGet && r.Method != http.MethodHead:
		refuse(w, r, http.StatusForbidden, "The request has no Origin header.")
	case foreign(r.Header.Get("Sec-Fetch-Site")) && r.URL.Path != "/":
		refuse(w, r, http.StatusForbidden, "Another site asked for this.")
	case r.URL.Path == "/" && r.URL.Query().Has("secret"):
		a.exchangeSecret(w, r)
	case !a.known(r):
		refuse(w, r, http.StatusForbidden, "Open the address that addreams db studio has printed. It works once, in one browser.")
	default:
		return true
	}

	return false
}

// foreign reports whether a browser says that a request comes from another site. An older browser says nothing.
func foreign(site string) bool { return site != "" && site != "same-origin" && site != "none" }

// exchangeSecret exchanges the secret for a cookie. A prefetch is refused, and leaves the secret unused.
func (a *access) exchangeSecret(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Sec-Purpose") != "" || r.Header.Get("Purpose") != "" || r.Method != http.MethodGet {
		refuse(w, r, http.StatusServiceUnavailable, "Open this address yourself: prefetching it is refused.")
		return
	}
	if !a.consume(r.URL.Query().Get("secret")) {
		refuse(w, r, http.StatusForbidden, "This address was used before, or belongs to another studio. Stop the studio and start it again for a new one.")
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: a.cookie, Value: a.session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// consume reports whether the secret is correct and unused, and marks it as used.
func (a *access) consume(secret string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.used || !same(secret, a.secret) {
		return false
	}
	a.used = true
	return true
}

func (a *access) known(r *http.Request) bool {
	cookie, err := r.Cookie(a.cookie)
	return err == nil && same(cookie.Value, a.session)
}

func same(one, other string) bool { return subtle.ConstantTimeCompare([]byte(one), []byte(other)) == 1 }

// refuse answers an error: in JSON to the page's requests, as text to a person who opened the address.
func refuse(w http.ResponseWriter, r *http.Request, status int, why string) {
	if r.URL.Path == "/" {
		http.Error(w, why, status)
		return
	}
	writeProblem(w, &problem{status, "access", why})
}
