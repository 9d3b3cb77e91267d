package auth

import (
	"net/http"
	"time"

	"github.com/addreams/addreams/app/auth/cookie"
)

// Visit is one request as this package sees it.
type Visit struct {
	Jar       *cookie.Jar
	Address   string // of the client, in the form in which it is stored and counted; "" if unknown
	Proxy     string // the Worker that sent the request without its client's address; "" for none
	Own       bool   // the Worker is our own: many users may share it
	UserAgent string
	Now       time.Time
}

// shared reports whether many users may send requests the same way: through our own Worker, or an unknown one.
func (v *Visit) shared() bool { return v.Address == "" && (v.Own || v.Proxy == "") }

// way is how the request comes: from an address, or through a proxy.
func (v *Visit) way() string {
	if v.Address != "" {
		return "address " + v.Address
	}
	return "proxy " + v.Proxy
}

// Address returns the address that a request comes from, in the form of Visit; "" if it is unknown.
func (s *Service) Address(r *http.Request) string {
	address, _, _ := s.client(r)
	return address
}

// Visit reads a request.
func (s *Service) Visit(r *http.Request) *Visit {
	address, proxy, own := s.client(r)
	return &Visit{
		Jar:       s.cookies.Jar(r.Header),
		Address:   address,
		Proxy:     proxy,
		Own:       own,
		UserAgent: r.Header.Get("User-Agent"),
		Now:       s.now(),
	}
}
